import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../../../src/dev/echo-model.ts'
import type { SentJob } from '../../../../src/protocol/job.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { claudeProgram } from '../../../support/claude-program.ts'
import { within } from '../../../support/event-record.ts'
import {
  assistant,
  assistantCalls,
  call,
  modelCalls,
  text,
  tool,
  toolResult,
  user,
} from '../../../support/job-parts.ts'
import { conversationOf, systemOf } from '../../../support/model-request.ts'
import { plainPng } from '../../../support/png.ts'
import { tinyPng } from '../../../support/tiny-png.ts'
import { Caller, says, turnOf } from './caller.ts'
import { KeptEngine, type Told } from './kept-engine.ts'
import { whatCounts } from './same-as-replayed.ts'

const yes = { blocks: [text('Yes.')] }

describe.skipIf(claudeProgram() === undefined)('a conversation with a kept process', () => {
  let kept: KeptEngine
  let plain: KeptEngine
  beforeAll(async () => {
    kept = await KeptEngine.open({ kept: 3 })
    plain = await KeptEngine.open({ kept: 0 })
    plain.model.always(yes)
  })
  afterEach(() => kept.model.reset())
  afterAll(async () => {
    await Promise.all([kept, plain].map((engine) => engine?.[Symbol.asyncDispose]()))
  })

  /** The first turn of a conversation, answered with "Yes."; what is kept of it is this test's alone. */
  async function begin(said: string, fields: Partial<SentJob> = {}): Promise<Told> {
    kept.model.script(yes)
    return kept.ask(turnOf({ ...fields, messages: [user(said)] }))
  }

  /** What the model is asked for a turn after a replay. */
  async function replayed(turn: Turn) {
    const [body] = (await plain.ask(turn)).bodies
    return whatCounts(body as NonNullable<typeof body>)
  }

  it('is told its limits and its temperature anew each time', async () => {
    const job: Partial<SentJob> = { reasoning_effort: 'low' }
    const caller = new Caller(job)
    const limits: Partial<SentJob>[] = [
      { max_tokens: 500, temperature: 0.3 },
      { max_tokens: 700, temperature: 0.7 },
      {},
    ]
    const bodies = []
    kept.model.always(yes)
    for (const limit of limits) {
      const turn = caller.turn(user('More?'))
      const told = await kept.ask(turnOf({ ...job, ...limit, messages: caller.messages }))
      expect(told.start).toMatch(turn.history.length === 0 ? 'cold' : 'kept')
      bodies.push(told.bodies[0])
      caller.hear(told.result)
    }
    expect(bodies.map((body) => [body?.max_tokens, body?.temperature, body?.output_config])).toEqual([
      [500, 0.3, { effort: 'low' }],
      [700, 0.7, { effort: 'low' }],
      [32_000, undefined, { effort: 'low' }],
    ])
  })

  it('whose history was edited is retold as it now is', async () => {
    await begin('Is it edited?')
    const told = await kept.ask(turnOf({ messages: [user('Is it edited?'), assistant('Yes!'), user('And?')] }))
    expect([told.start, told.missed]).toEqual(['replayed', 'history'])
    expect(conversationOf(told.bodies[0] ?? { messages: [] })).toEqual([
      { role: 'user', content: [text('Is it edited?')] },
      { role: 'assistant', content: [text('Yes!')] },
      { role: 'user', content: [text('And?')] },
    ])
  })

  it('into which a system message was put is retold with it', async () => {
    await begin('Is it said?')
    const later = { role: 'system', content: 'Be kind.' } as const
    const told = await kept.ask(turnOf({ messages: [user('Is it said?'), later, assistant('Yes.'), user('And?')] }))
    expect([told.start, told.missed]).toEqual(['replayed', 'history'])
    expect(JSON.stringify(conversationOf(told.bodies[0] ?? { messages: [] })[0])).toContain('Be kind.')
  })

  it('whose system prompt changed is retold under the new one', async () => {
    await begin('Is it new?')
    const first = { role: 'system', content: 'Be kind.' } as const
    const told = await kept.ask(turnOf({ messages: [first, user('Is it new?'), assistant('Yes.'), user('And?')] }))
    expect([told.start, told.missed]).toEqual(['replayed', 'system'])
    expect(systemOf(told.bodies[0] ?? {})).toEqual(['Be kind.'])
  })

  it('whose process was killed is retold, and its caller sees nothing of it', async () => {
    const first = await begin('Is it killed?')
    process.kill(first.session.pid ?? 0, 'SIGKILL')
    await within('the end of the process', first.session.closed)
    const turn = turnOf({ messages: [user('Is it killed?'), assistant('Yes.'), user('And?')] })
    const told = await kept.ask(turn)
    expect([told.start, told.missed, told.result.text]).toEqual(['replayed', 'died', 'Echo: And?'])
    expect(whatCounts(told.bodies[0] as NonNullable<(typeof told.bodies)[0]>)).toEqual(await replayed(turn))
  })

  it.each([
    ['claude-sonnet-4-6', 2_001, 20],
    ['claude-sonnet-5-5', 1_950, 1_950],
  ])(
    'with a picture that is larger than Claude Code sends to %s goes on with the picture as it was',
    async (model, width, height) => {
      const data = plainPng(width, height)
      const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } } as const
      const shown = says([text('What is it?'), picture])
      kept.model.script(yes)
      const first = await kept.ask(turnOf({ model, messages: [shown] }))
      expect(JSON.stringify(first.bodies[0])).toContain('[Image: original ')
      const next = await kept.ask(turnOf({ model, messages: [shown, assistant('Yes.'), user('And?')] }))
      expect([next.start, next.missed]).toEqual(['replayed', 'retired'])
      expect(conversationOf(next.bodies[0] ?? { messages: [] })[0]?.content).toEqual([
        text('What is it?'),
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      ])
    },
  )

  it('that was cut off at its limit of tokens is not kept', async () => {
    kept.model.script({ blocks: [text('Half of')], stopReason: 'max_tokens' })
    const told = await kept.ask(turnOf({ messages: [user('Is it cut?')] }))
    expect([told.result.text, told.result.stopReason]).toEqual(['Half of', 'max_tokens'])
    const next = await kept.ask(turnOf({ messages: [user('Is it cut?'), assistant('Half of'), user('And?')] }))
    expect([next.start, next.missed]).toEqual(['replayed', 'retired'])
  })

  it('that failed is not kept, and goes on elsewhere from where it was', async () => {
    await begin('Does it fail?')
    kept.model.script({ status: 529, error: { type: 'overloaded_error', message: 'Overloaded' } })
    const turn = turnOf({ messages: [user('Does it fail?'), assistant('Yes.'), user('And?')] })
    await expect(kept.ask(turn)).rejects.toMatchObject({ class: 'overloaded' })
    const again = await kept.ask(turn)
    expect([again.start, again.missed, again.result.text]).toEqual(['replayed', 'retired', 'Echo: And?'])
  })

  it('that was cancelled is not kept, and goes on elsewhere from where it was', async () => {
    await begin('Is it cancelled?')
    const gate = new Gate()
    kept.model.script({ ...yes, gate })
    const stop = new AbortController()
    const turn = turnOf({ messages: [user('Is it cancelled?'), assistant('Yes.'), user('And?')] })
    const stopped = kept.ask(turn, { signal: stop.signal })
    await gate.reached()
    stop.abort(new Error('cancelled'))
    await expect(stopped).rejects.toThrow('cancelled')
    const again = await kept.ask(turn)
    expect([again.start, again.missed, again.result.text]).toEqual(['replayed', 'retired', 'Echo: And?'])
  })

  it('that ends with the assistant is asked to go on, as after a replay', async () => {
    await begin('Does it end?')
    const turn = turnOf({ messages: [user('Does it end?'), assistant('Yes.')] })
    const told = await kept.ask(turn)
    expect(told.start).toBe('kept')
    expect(whatCounts(told.bodies[0] as NonNullable<(typeof told.bodies)[0]>)).toEqual(await replayed(turn))
    // What comes back then is one message of the assistant's, which the process has not lived through.
    const next = turnOf({
      messages: [user('Does it end?'), assistant('Yes.'), assistant(told.result.text), user('And?')],
    })
    expect((await kept.ask(next)).start).toBe('replayed')
  })

  it('takes whatever results its caller sends, as after a replay', async () => {
    const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${tinyPng}` } } as const
    const odd: [string, ...Caller['messages']][] = [
      ['none at all', user('Never mind.')],
      ['one of two', toolResult('b1', 'only this')],
      ['for a call that nobody made', toolResult('b2', 'x'), toolResult('a2', 'y'), toolResult('nobody', 'z')],
      ['two for one call', toolResult('a3', 'once'), toolResult('a3', 'twice'), toolResult('b3', 'x')],
      ['no text', { role: 'tool', tool_call_id: 'a4', content: [picture] }, { role: 'tool', tool_call_id: 'b4' }],
      ['for a call of an earlier round', toolResult('a1', 'late'), toolResult('a5', 'x'), toolResult('b5', 'y')],
      ['without an id', { role: 'tool', content: 'x' }, { role: 'tool', content: 'y' }, user('So?')],
    ]
    const job = { tools: [tool('look')] }
    const caller = new Caller(job)
    kept.model.script(
      ...odd.map((_, n) => ({ blocks: [modelCalls(`a${n}`, 'look'), modelCalls(`b${n}`, 'look')] })),
      yes,
    )
    let told = await kept.ask(caller.turn(user('Look twice.')))
    let turn: Turn | undefined
    for (const [name, ...messages] of odd) {
      caller.hear(told.result)
      turn = caller.turn(...messages)
      told = await kept.ask(turn)
      expect(told.start, name).toBe('suspended')
    }
    expect(whatCounts(told.bodies[0] as NonNullable<(typeof told.bodies)[0]>)).toEqual(await replayed(turn as Turn))
  })

  it('is not entered by a caller who only names its calls', async () => {
    const job = { tools: [tool('look')] }
    kept.model.script({ blocks: [modelCalls('mine', 'look', { at: 'secret' })] })
    const told = await kept.ask(turnOf({ ...job, messages: [user('My secret.')] }))
    const guess = [user('Hello.'), assistantCalls('', call('mine', 'look', {})), toolResult('mine', 'found')]
    const other = await kept.ask(turnOf({ ...job, messages: guess }))
    expect([other.start, other.missed]).toEqual(['replayed', 'history'])
    expect(JSON.stringify(other.bodies)).not.toContain('secret')
    expect(told.session.state).toBe('kept')
  })
})
