import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { Secret } from '../../src/shared/secret.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { House, openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { WatchedClock } from '../support/watched-clock.ts'

/** For tests in which no job is run. */
const withoutClaude = { claude: { warm: 0 } } as const
const drainTimeoutMs = 60_000

/** The slots that a worker announced, one after the other. */
function announcedSlots({ router }: House): (number | null | undefined)[] {
  return router.received.flatMap(({ message }) => (message.type === 'config' ? [message.capabilities.total_slots] : []))
}

describe.skipIf(claudeProgram() === undefined)('a worker that is asked to leave', () => {
  it('goes at once when it is idle', async () => {
    await using house = await openHouse({ worker: withoutClaude })
    await house.worker.reached('idle')
    house.worker.ask('finish')
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.closed).toEqual([{ code: 1000, after: 2 }])
    expect(house.worker.states).toEqual(['idle', 'draining', 'stopped'])
  })

  it('finishes what it does, says the last word, and leaves the job that comes meanwhile to another', async () => {
    await using house = await openHouse()
    const gate = new Gate()
    house.model.script({ blocks: [text('the whole answer')], gate })
    const first = house.ask('one')
    await gate.reached()
    house.worker.ask('finish')
    await house.worker.reached('draining')
    const second = house.ask('two')
    gate.open()
    expect(await first.done).toMatchObject({ kind: 'complete', message: { full_response: 'the whole answer' } })
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    // The router gave it the second job as soon as it heard of the first one's end.
    const beforeTheEnd = house.router.received.slice(0, house.closed[0]?.after).map(({ message }) => message)
    expect(beforeTheEnd.at(-1)).toMatchObject({ type: 'complete', job_id: first.jobId })
    expect(house.closed).toMatchObject([{ code: 1000 }])
    expect(house.model.requests.length).toBe(1)
    const other = await house.add()
    expect(await second.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: two' } })
    expect(second.messages.filter(({ type }) => type === 'complete').length).toBe(1)
    expect(await other.next('job_finished')).toMatchObject({ jobId: second.jobId })
    expect(house.worker.events.all.filter(({ type }) => type === 'job_started').length).toBe(1)
  })

  it('offers one slot less with each of several jobs that ends', async () => {
    await using house = await openHouse({ worker: { concurrency: 3 } })
    const gates = [new Gate(), new Gate(), new Gate()]
    house.model.script(...gates.map((gate) => ({ blocks: [text('done')], gate })))
    const jobs = []
    for (const gate of gates) {
      jobs.push(house.ask('work'))
      await gate.reached()
    }
    house.worker.ask('finish')
    await house.worker.reached('draining')
    const late = house.ask('late')
    for (const [index, gate] of gates.entries()) {
      gate.open()
      expect(await jobs[index]?.done).toMatchObject({ kind: 'complete' })
    }
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(announcedSlots(house)).toEqual([3, 2, 1])
    expect(house.model.requests.length).toBe(3)
    await house.add()
    expect(await late.done).toMatchObject({ kind: 'complete' })
  })

  it('goes when the window for jobs ends, where there is no hurry', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, ...withoutClaude } })
    await house.worker.reached('idle')
    house.worker.ask('drain')
    await clock.waitOf(29_745)
    expect(house.worker.states).toEqual(['idle', 'draining'])
    clock.advance(29_744)
    expect(house.router.workers.length).toBe(1)
    clock.advance(1)
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.closed).toMatchObject([{ code: 1000 }])
  })

  it('does a job that comes while it lingers as its last one, and goes right behind it', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock } })
    await house.worker.reached('idle')
    house.worker.ask('drain')
    await house.worker.reached('draining')
    expect(await house.ask('the last').done).toMatchObject({ kind: 'complete' })
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.closed).toMatchObject([{ code: 1000 }])
    expect(house.worker.states).toEqual(['idle', 'draining', 'stopped'])
  })

  it('does not linger where lingering is switched off', async () => {
    await using house = await openHouse({ worker: { lingerMs: 0, ...withoutClaude } })
    await house.worker.reached('idle')
    house.worker.ask('drain')
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
  })

  it('goes while it lingers as soon as there is hurry', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, ...withoutClaude } })
    await house.worker.reached('idle')
    house.worker.ask('drain')
    await clock.waitOf(29_745)
    house.worker.ask('finish')
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
  })

  it('gives back at the drain deadline what it has not finished', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, drainTimeoutMs } })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    await house.model.nextRequest()
    house.worker.ask('finish')
    await clock.waitOf(drainTimeoutMs)
    clock.advance(drainTimeoutMs)
    expect(await house.worker.ended).toEqual({ exit: 'drainDeadline', error: undefined })
    await house.add()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.filter(({ type }) => type === 'error')).toEqual([])
  })

  it('goes at once while it has no connection', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, random: () => 0.5, ...withoutClaude } })
    await house.router.stop()
    await house.worker.reached('reconnecting')
    house.worker.ask('drain')
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
  })

  it('goes at once while the router keeps it waiting', async () => {
    await using house = await House.open()
    house.router.faults.planHello({ kind: 'silence' })
    const worker = await house.add(withoutClaude)
    await house.router.next('hello')
    worker.ask('finish')
    expect(await worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(worker.states).toEqual(['draining', 'stopped'])
  })

  it.each([
    ['finish', 'done'],
    ['cancel', 'done'],
    ['kill', 'terminated'],
  ] as const)('before it has begun does not begin: %s', async (step, exit) => {
    await using house = await House.open()
    const worker = await house.add({ stopFirst: step, ...withoutClaude })
    expect(await worker.ended).toMatchObject({ exit })
    expect(house.router.received).toEqual([])
  })

  it('twice leaves once', async () => {
    await using house = await openHouse()
    const gate = new Gate()
    house.model.script({ blocks: [text('done')], gate })
    const job = house.ask('one')
    await gate.reached()
    for (const step of ['finish', 'finish', 'drain'] as const) house.worker.ask(step)
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.closed.length).toBe(1)
  })
})

describe.skipIf(claudeProgram() === undefined)('a worker that leaves by itself', () => {
  it('does so after the number of jobs that it was told', async () => {
    await using house = await openHouse({ worker: { exitAfterJobs: 2 } })
    const jobs = ['one', 'two', 'three'].map((each) => house.ask(each))
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.model.requests.length).toBe(2)
    await house.add()
    expect(await Promise.all(jobs.map(({ done }) => done))).toMatchObject(jobs.map(() => ({ kind: 'complete' })))
    expect(house.model.requests.length).toBe(3)
  })

  it('does so after the time without a job that it was told, which every job begins anew', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, exitAfterIdleMs: 600_000, lingerMs: 0 } })
    await clock.waitOf(600_000)
    clock.advance(400_000)
    expect(await house.ask('one').done).toMatchObject({ kind: 'complete' })
    await clock.waitOf(600_000)
    clock.advance(599_999)
    expect(house.worker.states).toEqual(['idle', 'busy', 'idle'])
    clock.advance(1)
    await clock.waitOf(0)
    clock.advance(0)
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.worker.states).toEqual(['idle', 'busy', 'idle', 'draining', 'stopped'])
  })
})

it('a worker without a router leaves after the time without a job that it was told, and says why', async () => {
  const clock = new WatchedClock()
  await using house = await openHouse({ worker: { clock, exitAfterIdleMs: 600_000, ...withoutClaude } })
  await house.worker.reached('idle')
  await house.router[Symbol.asyncDispose]()
  await house.worker.reached('reconnecting')
  clock.advance(600_000)
  expect(await house.worker.ended).toMatchObject({
    exit: 'unreachable',
    error: { message: expect.stringMatching(/^The router was not reached within the time of --exit-after-idle: ./) },
  })
})

describe.skipIf(claudeProgram() === undefined)('a worker that is not to work without a folder', () => {
  it('finishes its job and leaves when the folder is removed', async () => {
    const [clock, folder] = [new WatchedClock(), mkdtempSync(join(tmpdir(), 'auxot-lifeline-'))]
    await using house = await openHouse({ worker: { clock, leaveWithout: folder, lingerMs: 0 } })
    const gate = new Gate()
    house.model.script({ blocks: [text('the whole answer')], gate })
    const job = house.ask('one')
    await gate.reached()
    await clock.waitOf(2_000)
    rmdirSync(folder)
    clock.advance(2_000)
    await house.worker.reached('draining')
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'the whole answer' } })
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
    expect(house.worker.events.all).toContainEqual(
      expect.objectContaining({ type: 'state', to: 'draining', reason: `${folder} is gone` }),
    )
  })
})

describe.skipIf(claudeProgram() === undefined)('a worker that the router will not have', () => {
  const workerKey = new Secret('adm_not_the_right_key_0123456789', 'AUXOT_GPU_KEY_FILE')

  it('ends with the words of the router and the source of its key, and does not try again', async () => {
    await using house = await House.open()
    const begunAt = performance.now()
    const worker = await house.add({ workerKey, ...withoutClaude })
    const { exit, error } = await worker.ended
    expect(performance.now() - begunAt).toBeLessThan(5_000)
    expect(exit).toBe('refused')
    expect(error?.message).toContain('(source: AUXOT_GPU_KEY_FILE): invalid GPU key')
    expect(error?.message).not.toContain(workerKey.reveal())
    expect(house.router.received.map(({ message }) => message.type)).toEqual(['hello'])
  })

  it('stays and comes back after five minutes, where it is to hold', async () => {
    const clock = new WatchedClock()
    await using house = await House.open()
    house.router.faults.planHello({ kind: 'error', error: 'invalid GPU key' })
    const worker = await house.add({ clock, onAuthFailure: 'hold', ...withoutClaude })
    expect(await worker.reached('auth_failed')).toMatchObject({
      reason: expect.stringContaining('AUXOT_GPU_KEY'),
      until: new Date(clock.now() + 300_000).toISOString(),
    })
    expect(await worker.next('warning')).toMatchObject({ code: 'AUTH_REFUSED' })
    await clock.waitOf(300_000)
    clock.advance(299_999)
    expect(house.router.received.length).toBe(1)
    clock.advance(1)
    await worker.reached('idle')
    expect(worker.states).toEqual(['auth_failed', 'reconnecting', 'idle'])
    await house.router.ready()
  })

  it('comes back as soon as somebody says that its key is good, and asks nobody but the router', async () => {
    const clock = new WatchedClock()
    await using house = await House.open()
    house.router.faults.planHello({ kind: 'error', error: 'invalid GPU key' })
    house.router.faults.planHello({ kind: 'error', error: 'invalid GPU key' })
    const worker = await house.add({ clock, onAuthFailure: 'hold', ...withoutClaude })
    for (let refusal = 0; refusal < 2; refusal++) {
      await worker.reached('auth_failed')
      await clock.waitOf(300_000)
      worker.retryNow()
    }
    await worker.reached('idle')
    expect(house.model.requests).toEqual([])
    worker.ask('finish')
    expect(await worker.ended).toMatchObject({ exit: 'done' })
  })

  it('can be stopped while it holds', async () => {
    await using house = await House.open()
    house.router.faults.planHello({ kind: 'error', error: 'invalid GPU key' })
    const worker = await house.add({ onAuthFailure: 'hold', ...withoutClaude })
    await worker.reached('auth_failed')
    worker.ask('drain')
    expect(await worker.ended).toEqual({ exit: 'done', error: undefined })
  })

  it.each([
    [{ worker_type: 'gpu' }, 'this key belongs to a GPU provider, not to CLI workers'],
    [{ cli_type: 'cursor' }, 'this key is for cursor workers; auxot serves Claude Code only'],
  ])('for what its key is for ends as misconfigured: %o', async (policy, objection) => {
    await using house = await House.open({ router: { policy } })
    const worker = await house.add({ onAuthFailure: 'hold', ...withoutClaude })
    const { exit, error } = await worker.ended
    expect([exit, error?.message]).toEqual(['usage', expect.stringContaining(objection)])
  })

  it('from now on finishes what it does before it ends', async () => {
    await using house = await openHouse({ dialect: 'coordinator' })
    const gate = new Gate()
    house.model.script({ blocks: [text('done')], gate })
    const job = house.ask('one')
    await gate.reached()
    house.router.updatePolicy({ worker_type: 'gpu' })
    await house.worker.reached('draining')
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    const { exit, error } = await house.worker.ended
    expect([exit, error?.message]).toEqual(['usage', expect.stringContaining('belongs to a GPU provider')])
  })
})
