import { describe, expect, it } from 'vitest'
import type { CancelReason } from '../../../src/worker/jobs/job-cancelled-error.ts'
import { watchJob } from '../../../src/worker/jobs/job-watchdogs.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** A job of an hour at most, and five minutes of silence. */
function watched() {
  const clock = new ManualClock()
  const cancelled: { reason: CancelReason; atMs: number }[] = []
  const startMs = clock.now()
  const job = { lastOutputMs: undefined as number | undefined }
  const watch = watchJob({
    totalMs: 3_600_000,
    stallMs: 300_000,
    clock,
    lastOutputMs: () => job.lastOutputMs,
    cancel: (reason) => cancelled.push({ reason, atMs: clock.now() - startMs }),
  })
  const speak = () => {
    job.lastOutputMs = clock.now()
  }
  return { clock, cancelled, watch, speak, job }
}

describe('the watchdogs of a job', () => {
  it('end it when Claude Code has said nothing for too long', () => {
    const { clock, cancelled, speak } = watched()
    clock.advance(120_000)
    speak()
    clock.advance(299_999)
    expect(cancelled).toEqual([])
    clock.advance(1)
    expect(cancelled).toEqual([{ reason: 'stalled', atMs: 420_000 }])
  })

  it('end it when a process that had been parked for long never says a word', () => {
    const { clock, cancelled, job } = watched()
    job.lastOutputMs = clock.now() - 86_400_000
    clock.advance(299_999)
    expect(cancelled).toEqual([])
    clock.advance(1)
    expect(cancelled).toEqual([{ reason: 'stalled', atMs: 300_000 }])
  })

  it('end one that never stops talking at its time limit', () => {
    const { clock, cancelled, speak } = watched()
    for (let minute = 0; minute < 60; minute++) {
      speak()
      clock.advance(60_000)
    }
    expect(cancelled).toEqual([{ reason: 'time-limit', atMs: 3_600_000 }])
  })

  it('do not count the time in which no process is at work', () => {
    const { clock, cancelled } = watched()
    clock.advance(3_599_999)
    expect(cancelled).toEqual([])
  })

  it('are gone with it', () => {
    const { clock, cancelled, watch } = watched()
    watch[Symbol.dispose]()
    expect(clock.armed).toBe(0)
    clock.advance(10_000_000)
    expect(cancelled).toEqual([])
  })
})
