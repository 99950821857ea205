import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type CancelReason, JobCancelledError } from '../../../src/worker/jobs/job-cancelled-error.ts'
import { RunningJobs } from '../../../src/worker/jobs/running-jobs.ts'

const reasonOf = (signal: AbortSignal): CancelReason | undefined =>
  signal.reason instanceof JobCancelledError ? signal.reason.reason : undefined

describe('running jobs', () => {
  it('hands a job its connection and a signal that nothing has touched', () => {
    const running = new RunningJobs<string>()
    const job = running.start('a', 'link-1')
    expect(job).toMatchObject({ jobId: 'a', connection: 'link-1' })
    expect(job.signal.aborted).toBe(false)
    expect({ size: running.size, a: running.has('a'), b: running.has('b') }).toEqual({ size: 1, a: true, b: false })
  })

  it('aborts with the reason, and the first reason wins', () => {
    const running = new RunningJobs()
    const { signal } = running.start('a', 1)
    expect(running.cancel('a', 'time-limit')).toBe(true)
    expect(running.cancel('a', 'link-lost')).toBe(false)
    expect(reasonOf(signal)).toBe('time-limit')
    expect(signal.reason).toMatchObject({ jobId: 'a', code: 'JOB_CANCELLED', name: 'JobCancelledError' })
  })

  it.each<[CancelReason, string, number]>([
    ['cancelled-by-router', 'The router cancelled the job.', 1],
    ['time-limit', 'The job reached its time limit.', 1],
    ['stalled', 'Claude Code said nothing for too long.', 1],
    ['link-lost', 'The connection that the job came on was lost.', 1],
    ['drain-deadline', 'The worker is leaving and the job did not end in time.', 75],
    ['stop-forced', 'The worker was told to leave at once.', 1],
  ])('says %s in a sentence', (reason, message, exitCode) => {
    const running = new RunningJobs()
    const { signal } = running.start('a', 1)
    running.cancel('a', reason)
    expect(signal.reason).toMatchObject({ message, exitCode, reason })
  })

  it('does nothing about a job that is not running', () => {
    const running = new RunningJobs()
    expect(running.cancel('a', 'stalled')).toBe(false)
    const { signal } = running.start('a', 1)
    running.finished('a')
    running.finished('a')
    expect(running.cancel('a', 'stalled')).toBe(false)
    expect(signal.aborted).toBe(false)
  })

  it('cancels those of one connection only', () => {
    const running = new RunningJobs<string>()
    const jobs = [running.start('a', 'old'), running.start('b', 'new'), running.start('c', 'old')]
    running.cancelAll('link-lost', ({ connection }) => connection === 'old')
    expect(jobs.map(({ signal }) => reasonOf(signal))).toEqual(['link-lost', undefined, 'link-lost'])
  })

  it('cancels all, those that finish on the spot included', () => {
    const running = new RunningJobs()
    const jobs = ['a', 'b', 'c'].map((id) => running.start(id, 1))
    for (const { jobId, signal } of jobs) signal.addEventListener('abort', () => running.finished(jobId))
    running.cancel('b', 'time-limit')
    running.cancelAll('stop-forced')
    expect(jobs.map(({ signal }) => reasonOf(signal))).toEqual(['stop-forced', 'time-limit', 'stop-forced'])
    expect(running.size).toBe(0)
  })

  it('refuses to enter a job twice, and takes it again once it is finished', () => {
    const running = new RunningJobs()
    const first = running.start('a', 1)
    expect(() => running.start('a', 2)).toThrow('the job a is already running')
    running.cancel('a', 'link-lost')
    running.finished('a')
    const second = running.start('a', 2)
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false])
  })

  it('tells everyone who waits when the last job is finished, and those who come later at once', async () => {
    const running = new RunningJobs()
    await running.whenEmpty()
    running.start('a', 1)
    running.start('b', 1)
    const told: string[] = []
    const waits = ['x', 'y'].map((who) => running.whenEmpty().then(() => told.push(who)))
    running.finished('a')
    await Promise.resolve()
    expect(told).toEqual([])
    running.finished('b')
    await Promise.all(waits)
    expect(told).toEqual(['x', 'y'])
    await running.whenEmpty()
  })

  it('waits anew for jobs that begin after it was empty', async () => {
    const running = new RunningJobs()
    running.start('a', 1)
    const first = running.whenEmpty()
    running.finished('a')
    await first
    running.start('b', 1)
    let empty = false
    const second = running.whenEmpty().then(() => {
      empty = true
    })
    await Promise.resolve()
    expect(empty).toBe(false)
    running.finished('b')
    await second
  })

  it('leaves no listener on a signal', () => {
    const running = new RunningJobs()
    const { signal } = running.start('a', 1)
    running.finished('a')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
