import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { childPids, processGone } from '../support/child-processes.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { WatchedClock } from '../support/watched-clock.ts'
import { WatchedProgram } from '../support/watched-program.ts'

/** So long that nothing of it passes in a test. */
const cancelGraceMs = 3_600_000
/** No process but the one that a job needs. */
const oneProcess = { claude: { warm: 0 } } as const

function runs(command: string) {
  return { blocks: [{ type: 'tool_use', id: 'toolu_run', name: 'Bash', input: { command } }] } as const
}

describe.skipIf(claudeProgram() === undefined)('a worker that is told not to wait', () => {
  it('gives back a job that has said nothing yet, and another worker does it', async () => {
    await using house = await openHouse({ worker: oneProcess })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    const request = await house.model.nextRequest()
    for (const step of ['finish', 'cancel'] as const) house.worker.ask(step)
    expect(await house.worker.ended).toEqual({ exit: 'terminated', error: undefined })
    expect(house.closed).toMatchObject([{ code: 1000 }])
    expect(await request.ended).toBe('client')
    expect(await house.worker.next('job_finished')).toMatchObject({ outcome: 'returned' })
    await house.add()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
  })

  it('is honest about a job that was begun, so that nobody reads its beginning twice', async () => {
    await using house = await openHouse({ worker: oneProcess })
    const gate = new Gate()
    house.model.script({ blocks: [text('half whole')], gate })
    const job = house.ask('one')
    gate.release()
    await house.router.next('token')
    house.worker.ask('finish')
    house.worker.ask('cancel', 'interrupted')
    expect(await job.done).toEqual({
      kind: 'error',
      message: {
        type: 'error',
        job_id: job.jobId,
        error: 'the worker was stopped before the answer was complete',
      },
    })
    expect(await house.worker.ended).toEqual({ exit: 'interrupted', error: undefined })
    expect(house.model.requests.length).toBe(1)
  })

  it('gives a stubborn program its grace, and none of it at the last step', async () => {
    await using program = await WatchedProgram.open()
    await using house = await openHouse({
      worker: { builtinTools: ['Bash'], cancelGraceMs, ...oneProcess },
      router: { policy: { builtin_tools: ['Bash'] } },
    })
    house.model.script(runs(program.command({ stubborn: true, detached: true })))
    const job = house.ask('run for ever')
    await program.begun()
    const [claude = 0] = childPids()
    house.worker.ask('finish')
    house.worker.ask('cancel')
    expect(await job.done).toMatchObject({ kind: 'error' })
    await house.worker.reached('stopped')
    await processGone(claude)
    expect(program.isRunning).toBe(true)
    house.worker.ask('kill')
    await program.gone()
    expect(await house.worker.ended).toEqual({ exit: 'terminated', error: undefined })
  })

  it('ends a stubborn Claude Code and its programs when the grace is over', async () => {
    const clock = new WatchedClock()
    await using program = await WatchedProgram.open()
    await using house = await openHouse({
      worker: { builtinTools: ['Bash'], cancelGraceMs, clock, ...oneProcess },
      router: { policy: { builtin_tools: ['Bash'] } },
    })
    house.model.script(runs(program.command({ stubborn: true })))
    house.ask('run for ever')
    await program.begun()
    const [claude = 0] = childPids()
    // A process that stands still hears no TERM.
    process.kill(claude, 'SIGSTOP')
    house.worker.ask('finish')
    house.worker.ask('cancel')
    await clock.waitOf(cancelGraceMs)
    expect(program.isRunning).toBe(true)
    clock.advance(cancelGraceMs)
    await program.gone()
    expect(await house.worker.ended).toMatchObject({ exit: 'terminated' })
    expect(childPids()).toEqual([])
  })

  it('gives everything back when it is killed at once', async () => {
    await using house = await openHouse({ worker: { cancelGraceMs, ...oneProcess } })
    house.model.script({ connection: 'silent' })
    const job = house.ask('one')
    await house.model.nextRequest()
    house.worker.ask('kill')
    expect(await house.worker.ended).toEqual({ exit: 'terminated' })
    await house.add()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
  })

  it('does not wait for a router that takes nothing any more', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.router.faults.blackHole()
    house.worker.ask('finish')
    await clock.waitOf(2_000)
    expect(house.worker.states.at(-1)).toBe('draining')
    house.worker.ask('kill')
    expect(await house.worker.ended).toEqual({ exit: 'terminated' })
  })

  it('waits two seconds for a router that does not say goodbye', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.router.faults.blackHole()
    house.worker.ask('finish')
    await clock.waitOf(2_000)
    clock.advance(2_000)
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
  })
})
