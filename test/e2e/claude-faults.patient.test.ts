import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { childPids } from '../support/child-processes.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { WatchedClock } from '../support/watched-clock.ts'
import { WatchedProgram } from '../support/watched-program.ts'

const stallTimeoutMs = 300_000
const jobTimeoutMs = 3_600_000
/** No process but the one that a job needs. */
const oneProcess = { claude: { warm: 0 } } as const

/** Ends the only Claude Code there is, as a crash would. */
function killClaude(): void {
  const [claude] = childPids()
  if (claude === undefined) throw new Error('there is no Claude Code to kill')
  process.kill(claude, 'SIGKILL')
}

describe.skipIf(claudeProgram() === undefined)('a Claude Code that', () => {
  it('dies before it has said anything is replaced, and the caller notices nothing', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    await house.model.nextRequest()
    killClaude()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
    expect([house.model.requests.length, clock.sleeps]).toEqual([2, [500]])
  })

  it('dies in the middle of an answer fails the job, and is replaced for the next one', async () => {
    await using house = await openHouse({ worker: oneProcess })
    const gate = new Gate()
    house.model.script({ blocks: [text('half whole')], gate })
    const job = house.ask('one')
    gate.release()
    await house.router.next('token')
    killClaude()
    expect(await job.done).toEqual({
      kind: 'error',
      message: {
        type: 'error',
        job_id: job.jobId,
        error: 'Claude Code ended unexpectedly',
        details: expect.stringMatching(/^signal SIGKILL/),
      },
    })
    expect(await house.worker.next('job_finished')).toMatchObject({ outcome: 'failed', failure: { class: 'crashed' } })
    expect(house.model.requests.length).toBe(1)
    expect(await house.ask('two').done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: two' } })
  })

  it('dies while it is parked is not missed', async () => {
    await using house = await openHouse()
    await house.ask('one').done
    for (const claude of childPids()) process.kill(claude, 'SIGKILL')
    expect(await house.ask('two').done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: two' } })
  })

  it('cannot be started fails the job with what it said, after a bounded number of tries', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    const path = fileURLToPath(new URL('../fixtures/claude/exits-before-ready.mjs', import.meta.url))
    await using house = await openHouse({ worker: { clock, claude: { path, warm: 0 } } })
    expect(await house.ask('one').done).toMatchObject({
      kind: 'error',
      message: {
        error: 'Claude Code ended unexpectedly',
        details: expect.stringMatching(/^exit code 1: error: unknown option/),
      },
    })
    expect(clock.sleeps).toEqual([500, 1_500])
    expect(await house.worker.next('job_finished')).toMatchObject({ failure: { class: 'crashed' } })
  })

  it('is silent for ever is ended, and the error says what for', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, stallTimeoutMs, ...oneProcess } })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    const request = await house.model.nextRequest()
    clock.advance(stallTimeoutMs)
    expect(await job.done).toEqual({
      kind: 'error',
      message: {
        type: 'error',
        job_id: job.jobId,
        error: 'Claude Code said nothing for 5m 0s (--stall-timeout)',
      },
    })
    expect(await request.ended).toBe('client')
    expect(await house.worker.next('job_finished')).toMatchObject({ outcome: 'failed', failure: { class: 'stalled' } })
    expect(house.model.requests.length).toBe(1)
  })

  it('waits for ever for one of its tools is ended with it, and the error names the tool', async () => {
    const clock = new WatchedClock()
    await using program = await WatchedProgram.open()
    await using house = await openHouse({
      worker: { clock, stallTimeoutMs, builtinTools: ['Bash'], ...oneProcess },
      router: { policy: { builtin_tools: ['Bash'] } },
    })
    const input = { command: program.command() }
    house.model.script({ blocks: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input }] })
    const job = house.ask('run for ever')
    await program.begun()
    clock.advance(stallTimeoutMs)
    expect(await job.done).toMatchObject({
      kind: 'error',
      message: { error: 'Claude Code said nothing for 5m 0s (--stall-timeout)', details: 'while running Bash' },
    })
    await program.gone()
  })

  it('takes longer than a job may is ended, however much it says', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, stallTimeoutMs, jobTimeoutMs, ...oneProcess } })
    const gate = new Gate()
    house.model.script({ blocks: [text('word '.repeat(100))], gate })
    const job = house.ask('go on and on')
    for (let said = 0; said < 15; said++) {
      gate.release()
      await house.router.next('token')
      clock.advance(240_000)
    }
    expect(await job.done).toMatchObject({
      kind: 'error',
      message: { error: 'the job took longer than its time limit of 1h 0m (--job-timeout)' },
    })
    expect(await house.model.requests[0]?.ended).toBe('client')
    expect(await house.worker.next('job_finished')).toMatchObject({ failure: { class: 'time_limit' } })
  })
})
