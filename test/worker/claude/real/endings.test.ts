import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { Gate } from '../../../../src/dev/echo-model.ts'
import { askSession, EngineOnTrial, never, noLiveTools } from '../../../support/engine-on-trial.ts'
import { within } from '../../../support/event-record.ts'
import { describeReal, sharedEngine } from '../../../support/real-claude.ts'
import { assistantMessage, turnFrom, userMessage } from '../../../support/turn-from.ts'

const shared = sharedEngine()
const gated = () => ({ blocks: [{ type: 'text', text: 'one two three' }], gate: new Gate() }) as const

describeReal('a turn that is stopped', () => {
  it('in the middle of its answer leaves the model at once, and its process ends', async () => {
    const { engine } = shared
    const reply = gated()
    engine.model.script(reply)
    const stop = new AbortController()
    const turn = turnFrom()
    const lease = await engine.pool.lease(turn)
    const events = lease.session.ask(turn, { callLiveTool: noLiveTools }, stop.signal)
    reply.gate.release()
    expect((await events.next()).value).toEqual({ type: 'text', text: 'one' })
    stop.abort(new Error('enough'))
    await expect(events.next()).rejects.toThrow('enough')
    expect(lease.session.turns.soFar).toMatchObject({ text: 'one', stopReason: '' })
    lease[Symbol.dispose]()
    await within('the end of the session', lease.session.closed)
    const [request] = engine.model.requests
    expect([await request?.ended, request?.closedByClient, engine.model.requests.length]).toEqual(['client', true, 1])
    expect(lease.session.pid === undefined || isGone(lease.session.pid)).toBe(true)
  })

  it('before it was asked asks nothing', async () => {
    const { engine } = shared
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    const asked = askSession(lease, turn, { signal: AbortSignal.abort(new Error('too late')) })
    await expect(asked).rejects.toThrow('too late')
    expect([engine.model.requests.length, lease.session.state]).toEqual([0, 'parked'])
  })

  it('while its history is told asks nothing', async () => {
    const { engine } = shared
    const history = Array.from({ length: 20 }, () => [userMessage('one'), assistantMessage('two')]).flat()
    const turn = turnFrom({ history })
    const stop = new AbortController()
    const lease = await engine.pool.lease(turn)
    const asked = askSession(lease, turn, { signal: stop.signal })
    await Promise.resolve()
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    lease[Symbol.dispose]()
    await within('the end of the session', lease.session.closed)
    expect(engine.model.requests.length).toBe(0)
  })

  it('by whoever reads its events is over too', async () => {
    const { engine } = shared
    const reply = gated()
    engine.model.script(reply)
    reply.gate.release()
    const turn = turnFrom()
    const lease = await engine.pool.lease(turn)
    for await (const event of lease.session.ask(turn, { callLiveTool: noLiveTools }, never)) {
      expect(event).toEqual({ type: 'text', text: 'one' })
      break
    }
    lease[Symbol.dispose]()
    await within('the end of the session', lease.session.closed)
    expect(await engine.model.requests[0]?.ended).toBe('client')
  })
})

describeReal('a process that is killed from outside', () => {
  it.skipIf(process.platform === 'win32')('fails its turn, and the next turn has another', async () => {
    const { engine } = shared
    const reply = gated()
    engine.model.script(reply)
    reply.gate.release()
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    const events = lease.session.ask(turn, { callLiveTool: noLiveTools }, never)
    await events.next()
    process.kill(lease.session.pid as number, 'SIGKILL')
    await expect(events.next()).rejects.toMatchObject({ class: 'crashed', details: 'signal SIGKILL', retryable: true })
    engine.model.script({ blocks: [{ type: 'text', text: 'still here' }] })
    expect((await engine.ask(turn)).result.text).toBe('still here')
  })

  it('while it is parked is not given to a turn', async () => {
    const { engine } = shared
    await vi.waitFor(() => expect(engine.pool.parked).toBe(1), { timeout: 20_000 })
    for (const pid of engine.processes()) process.kill(pid, 'SIGKILL')
    const ended = () => engine.log.lines.filter(({ sentence }) => sentence?.endsWith('process ended by itself'))
    await vi.waitFor(() => expect(ended()).toHaveLength(1), { timeout: 20_000 })
    expect(ended()[0]?.fields).toEqual({ details: 'signal SIGKILL' })
    expect((await engine.ask(turnFrom({ prompt: 'anybody?' }))).result.text).toBe('Echo: anybody?')
  })
})

describeReal('the end of a pool', () => {
  it('leaves no process and no file, whatever its sessions were doing', async () => {
    const engine = await EngineOnTrial.open({ warm: 2, kept: 2 })
    await engine.ask(turnFrom({ prompt: 'answered and kept' }))
    const stalled = { ...gated(), blocks: [{ type: 'text', text: 'never' }] } as const
    engine.model.script(stalled)
    const turn = turnFrom({ prompt: 'in the middle', tools: { builtin: ['Bash'] } })
    const lease = await engine.pool.lease(turn)
    const asked = askSession(lease, turn)
    asked.catch(() => {})
    await engine.model.nextRequest()
    expect(engine.processes().length).toBeGreaterThan(2)
    expect(engine.sessionFolders.length).toBeGreaterThan(2)
    await engine.pool.close()
    expect([engine.processes(), engine.sessionFolders]).toEqual([[], []])
    await expect(asked).rejects.toMatchObject({ class: 'crashed' })
    const left = readdirSync(join(engine.folder, 'tmp'))
    await engine[Symbol.asyncDispose]()
    expect(left).toHaveLength(1)
  })
})

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
