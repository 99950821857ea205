import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextRound } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { MissReason } from '../../../../src/worker/claude/kept-sessions.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { childPids } from '../../../support/child-processes.ts'
import { within } from '../../../support/event-record.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { offeredTool, turnFrom } from '../../../support/turn-from.ts'
import { followUp, KeptEngine, type KeptEngineOptions, type Told } from './kept-engine.ts'

const program = fileURLToPath(new URL('../../../fixtures/claude/answers.mjs', import.meta.url))

/** What the program answers to a question. */
const answerTo = (text: string) => `You said: ${text}`

describe('kept sessions', () => {
  let engine: KeptEngine
  afterEach(() => engine[Symbol.asyncDispose]())

  async function open(options: KeptEngineOptions = {}): Promise<void> {
    engine = await KeptEngine.open({ program, ...options })
  }

  /** Begins a conversation; `next` is the turn that goes on with it. */
  async function begin(prompt: string, fields: Partial<Turn> = {}): Promise<{ told: Told; turn: Turn; next: Turn }> {
    const turn = turnFrom({ ...fields, prompt })
    const told = await engine.ask(turn)
    return { told, turn, next: followUp(turn, answerTo(prompt)) }
  }

  /** Why a turn does not go on; undefined where it does. The session is not asked. */
  async function reasonFor(turn: Turn): Promise<MissReason | undefined> {
    using lease = await engine.pool.lease(turn)
    return lease.missed
  }

  /** Resolves when a session's process is gone. */
  function gone({ session }: Told): Promise<void> {
    return within('the end of a process', session.closed)
  }

  it('answer the next turns of their conversation, and count it', async () => {
    await open()
    const { told, next } = await begin('hi')
    const second = await engine.ask(next)
    const third = await engine.ask(followUp(next, answerTo('And then?')))
    expect([told, second, third].map(({ start, missed }) => [start, missed])).toEqual([
      ['cold', 'none-kept'],
      ['kept', undefined],
      ['kept', undefined],
    ])
    expect(new Set([told, second, third].map(({ session }) => session.pid)).size).toBe(1)
    expect(engine.pool.stats.starts).toMatchObject({ cold: 1, kept: 2, suspended: 0, replayed: 0 })
    expect(engine.pool.stats.misses).toMatchObject({ 'none-kept': 1, history: 0 })
  })

  it('are as many as were allowed; the one that was used longest ago makes room', async () => {
    await open({ kept: 2 })
    const one = await begin('one')
    const two = await begin('two')
    await engine.ask(one.next)
    const three = await begin('three')
    await gone(two.told)
    expect(engine.pool.kept).toBe(2)
    expect([
      await reasonFor(two.next),
      await reasonFor(three.next),
      await reasonFor(followUp(one.next, answerTo('And then?'))),
    ]).toEqual(['evicted', undefined, undefined])
  })

  it('are told apart where two callers begin with the same words', async () => {
    await open({ kept: 3 })
    const [a, b] = [await begin('hi'), await begin('hi')]
    const [nextA, nextB] = [
      followUp(a.turn, answerTo('hi'), { prompt: 'A' }),
      followUp(b.turn, answerTo('hi'), { prompt: 'B' }),
    ]
    const [askedA, askedB] = [await engine.ask(nextA), await engine.ask(nextB)]
    expect(askedA.session.pid).not.toBe(askedB.session.pid)
    expect((await engine.ask(followUp(nextB, answerTo('B')))).session.pid).toBe(askedB.session.pid)
    expect((await engine.ask(followUp(nextA, answerTo('A')))).session.pid).toBe(askedA.session.pid)
    // Both have moved on: whoever goes on from the first words now has no process.
    expect(await reasonFor(followUp(a.turn, answerTo('hi'), { prompt: 'C' }))).toBe('history')
  })

  it('end when their time is over, and not before', async () => {
    const clock = new ManualClock()
    await open({ clock, keepConversationMs: 1_000 })
    const { told, next } = await begin('hi')
    await reasonFor(turnFrom({ prompt: 'another' }))
    expect(clock.armed).toBe(1)
    clock.advance(999)
    expect(told.session.state).toBe('kept')
    clock.advance(1)
    await gone(told)
    expect(engine.pool.kept).toBe(0)
    expect(await reasonFor(next)).toBe('expired')
  })

  it('have their whole time again after each turn', async () => {
    const clock = new ManualClock()
    await open({ clock, keepConversationMs: 1_000 })
    const { next } = await begin('hi')
    clock.advance(999)
    await engine.ask(next)
    await reasonFor(turnFrom({ prompt: 'another' }))
    clock.advance(999)
    expect(await reasonFor(followUp(next, answerTo('And then?')))).toBeUndefined()
  })

  it('that answer right now cannot answer another', async () => {
    await open()
    const { next } = await begin('hi')
    using _lease = await engine.pool.lease(next)
    expect(await reasonFor(next)).toBe('busy')
  })

  it('that have ended by themselves are not found, from the very moment on', async () => {
    await open()
    const { told, next } = await begin('hi')
    await reasonFor(turnFrom({ prompt: 'another' }))
    process.kill(told.session.pid ?? 0, 'SIGKILL')
    while (told.session.state === 'kept') await nextRound()
    expect(await reasonFor(next)).toBe('died')
    await gone(told)
    expect(engine.pool.kept).toBe(0)
  })

  it('are ended after so many turns', async () => {
    await open({ keptLimits: { turns: 2, memoryBytes: Number.POSITIVE_INFINITY } })
    const { told, next } = await begin('hi')
    await engine.ask(next)
    expect(await reasonFor(followUp(next, answerTo('And then?')))).toBe('retired')
    await gone(told)
  })

  it('are ended when they have grown too large', async () => {
    await open({ keptLimits: { turns: 200, memoryBytes: 1_000_000 } })
    const { told, next } = await begin('hi')
    await gone(told)
    expect(await reasonFor(next)).toBe('retired')
  })

  it('are kept after a job with credentials only where it could not use them', async () => {
    const setup = fileURLToPath(new URL('../../../fixtures/claude/tells-its-setup.mjs', import.meta.url))
    await open({ program: setup })
    const env = { KEY: 'secret' }
    const [plain, withTools] = [turnFrom({ env }), turnFrom({ env, tools: { builtin: ['Read'] } })]
    const answers = [await engine.ask(plain), await engine.ask(withTools)].map(({ result }) => result.text)
    expect(await reasonFor(followUp(plain, answers[0] ?? ''))).toBeUndefined()
    expect(await reasonFor(followUp(withTools, answers[1] ?? ''))).toBe('retired')
    expect(readFileSync(join(engine.directory.path, 's1', 'told.jsonl'), 'utf8')).not.toContain('secret')
  })

  it('end at once when no more are to be kept, and none is kept from then on', async () => {
    await open()
    const { told } = await begin('hi')
    await reasonFor(turnFrom({ prompt: 'another' }))
    engine.pool.stopKeeping()
    await gone(told)
    const late = await begin('late')
    await gone(late.told)
    expect(engine.pool.kept).toBe(0)
  })

  it('leave no process behind', async () => {
    await open({ warm: 1 })
    const { told } = await begin('hi')
    await engine[Symbol.asyncDispose]()
    expect(childPids()).not.toContain(told.session.pid)
  })

  it.each([{ kept: 0 }, { keepConversationMs: 0 }])('do not exist with %o', async (options) => {
    await open(options)
    const { told, next } = await begin('hi')
    await gone(told)
    expect(await reasonFor(next)).toBe('none-kept')
  })

  const unlike: [MissReason, string, Parameters<typeof followUp>[2]][] = [
    ['model', 'another model', { model: 'opus' }],
    ['system', 'another system prompt', { system: 'Be brief. ' }],
    ['tools', 'another tool', { tools: { returned: [offeredTool('look')] } }],
    ['tools', 'a built-in tool', { tools: { builtin: ['Read'] } }],
    ['effort', 'another effort', { effort: 'low' }],
    ['effort', 'a temperature, for which it must not reason', { temperature: 0.5 }],
    ['history', 'no history', { history: [] }],
  ]
  it.each(unlike)('are left alone by another %s: %s', async (reason, _what, fields) => {
    await open()
    const { told, turn } = await begin('hi')
    expect(await reasonFor(followUp(turn, answerTo('hi'), fields))).toBe(reason)
    expect(told.session.state).toBe('kept')
    expect(engine.pool.stats.misses[reason]).toBe(1)
  })

  it('are left alone by every history that is not quite theirs', async () => {
    await open({ kept: 1 })
    const { told, turn } = await begin('hi')
    const nearly = [
      followUp(turn, `${answerTo('hi')} `),
      followUp(turn, 'You said:'),
      followUp(turnFrom({ prompt: 'hi ' }), answerTo('hi')),
      followUp(followUp(turn, answerTo('hi')), answerTo('And then?')),
    ]
    for (const next of nearly) expect(await reasonFor(next)).toBe('history')
    expect((await engine.ask(followUp(turn, answerTo('hi')))).session).toBe(told.session)
  })

  describe('after a turn that did not end well', () => {
    it('was stopped before it was asked: its conversation goes on as if nothing had been', async () => {
      await open()
      const { told, turn, next } = await begin('hi')
      const aborted = AbortSignal.abort(new Error('stopped'))
      await expect(engine.ask(next, { signal: aborted })).rejects.toThrow('stopped')
      // Nobody ever said this; taking it for lived through would leave the question out for whoever did.
      expect(await reasonFor(followUp(next, answerTo('hi')))).toBe('history')
      const again = await engine.ask(followUp(turn, answerTo('hi'), { prompt: 'Again' }))
      expect([again.start, again.session, again.result.text]).toEqual(['kept', told.session, answerTo('Again')])
    })

    it('was stopped while it ran: the process ends, and the turn before it goes on elsewhere', async () => {
      await open()
      const { told, next } = await begin('hi')
      const stop = new AbortController()
      const lease = await engine.pool.lease(next)
      const events = lease.session.ask(next, { callLiveTool: () => Promise.reject(new Error('none')) }, stop.signal)
      const first = events.next()
      stop.abort(new Error('stopped'))
      await expect(first.then(() => events.next()).then(() => events.next())).rejects.toThrow('stopped')
      lease[Symbol.dispose]()
      await gone(told)
      expect(await reasonFor(next)).toBe('retired')
    })
  })
})
