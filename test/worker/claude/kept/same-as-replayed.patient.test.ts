import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MessagesBody } from '../../../../src/dev/echo/messages-body.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { claudeProgram } from '../../../support/claude-program.ts'
import { Caller, type SentMessage, says } from './caller.ts'
import { conversations, type Round } from './conversations.ts'
import { KeptEngine } from './kept-engine.ts'
import { differences, whatCounts } from './same-as-replayed.ts'

const tools = ['look', 'see'].map((name) => ({ type: 'function', function: { name, description: `to ${name}` } }))

describe.skipIf(claudeProgram() === undefined)('what the model is asked in a kept process', { timeout: 60_000 }, () => {
  let kept: KeptEngine
  let plain: KeptEngine
  beforeAll(async () => {
    kept = await KeptEngine.open({ kept: 1 })
    plain = await KeptEngine.open({ kept: 0 })
    plain.model.always({ blocks: [{ type: 'text', text: 'Yes.' }] })
  })
  afterEach(() => kept.model.reset())
  afterAll(async () => {
    await Promise.all([kept, plain].map((engine) => engine?.[Symbol.asyncDispose]()))
  })

  /** Has a conversation in one process. The last turn, and what the model was asked for it. */
  async function talk(model: string, rounds: readonly Round[]): Promise<{ turn: Turn; body: MessagesBody }> {
    const caller = new Caller({ model, tools })
    let last: { turn: Turn; body: MessagesBody } | undefined
    let results: SentMessage[] = []
    for (const [n, round] of rounds.entries()) {
      const turn = caller.turn(...results, ...saidIn(round, results))
      kept.model.script({ blocks: blocksOf(round, n) })
      const told = await kept.ask(turn)
      expect(told.start).toMatch(n === 0 ? /cold/ : /kept|suspended/)
      last = { turn, body: onlyOne(told.bodies) }
      caller.hear(told.result)
      results = resultsIn(round, n)
    }
    if (!last) throw new Error('a conversation has at least one round')
    return last
  }

  async function replay(turn: Turn): Promise<MessagesBody> {
    return onlyOne((await plain.ask(turn)).bodies)
  }

  const models = ['claude-sonnet-4-6', 'claude-sonnet-5-5']
  it.each(models)('of %s is what it would be asked after a replay, but for what no caller can see', async (model) => {
    const property = fc.asyncProperty(conversations, async (rounds) => {
      const { turn, body } = await talk(model, rounds)
      expect(whatCounts(body)).toEqual(whatCounts(await replay(turn)))
    })
    await fc.assert(property, { numRuns: 2, endOnFailure: true })
  })

  it('differs on one model or the other in each point that is listed, if the conversation has it', async () => {
    const call = { name: 'look', input: {}, result: 'It is there.' } as const
    const round = { thinks: true, texts: ['Let me ', 'look.'], calls: [call], turned: false }
    const asked: { body: MessagesBody; replayed: MessagesBody }[] = []
    for (const model of models) {
      const { turn, body } = await talk(model, [
        { ...round, said: 'Where?' },
        { ...round, calls: [], said: undefined },
      ])
      asked.push({ body, replayed: await replay(turn) })
    }
    const shown = Object.values(differences).map(({ shows }) =>
      asked.map((one) => [shows(one.body), shows(one.replayed)]),
    )
    expect(shown.map((byModel) => byModel.some(([one, other]) => !isDeepStrictEqual(one, other)))).not.toContain(false)
    for (const { body, replayed } of asked) expect(whatCounts(body)).toEqual(whatCounts(replayed))
  })

  it('is not risked where Claude Code would leave out a part of what it said', async () => {
    const caller = new Caller()
    kept.model.script({ blocks: ['Well.', '\n\n', 'Yes.'].map((text) => ({ type: 'text', text })) })
    caller.hear((await kept.ask(caller.turn(says('Is it?')))).result)
    expect(caller.messages.at(-1)?.content).toBe('Well.\n\nYes.')
    expect((await kept.ask(caller.turn(says('Sure?')))).start).toBe('replayed')
  })

  it('costs what this turn costs, not what the process has cost so far', async () => {
    const caller = new Caller()
    const costs: (number | undefined)[] = []
    kept.model.always({ blocks: [{ type: 'text', text: 'Yes.' }], usage: { input_tokens: 1_000, output_tokens: 10 } })
    for (const said of ['One?', 'Two?', 'Three?']) {
      const { result } = await kept.ask(caller.turn(says(said)))
      expect(result.usage).toMatchObject({ outputTokens: 10 })
      costs.push(result.costUsd)
      caller.hear(result)
    }
    expect(costs[0]).toBeGreaterThan(0)
    expect(costs[2]).toBeLessThan((costs[1] ?? 0) * 1.5)
  })
})

function saidIn({ said }: Round, results: readonly SentMessage[]): SentMessage[] {
  if (said !== undefined) return [says(said)]
  return results.length > 0 ? [] : [says('Go on.')]
}

function blocksOf({ thinks, texts, calls }: Round, n: number) {
  return [
    ...(thinks ? [{ type: 'thinking', text: 'Hm, well.', signature: 'c2ln' } as const] : []),
    ...texts.map((text) => ({ type: 'text', text }) as const),
    ...calls.map(({ name, input }, of) => {
      return { type: 'tool_use', id: `toolu_${n}_${of}`, name: `mcp__auxot__${name}`, input } as const
    }),
  ]
}

function resultsIn({ calls, turned }: Round, n: number): SentMessage[] {
  const results = calls.map(({ result }, of): SentMessage => {
    return { role: 'tool', tool_call_id: `toolu_${n}_${of}`, content: result as SentMessage['content'] }
  })
  return turned ? results.reverse() : results
}

/** One question, one request. */
function onlyOne(bodies: readonly MessagesBody[]): MessagesBody {
  expect(bodies).toHaveLength(1)
  return bodies[0] as MessagesBody
}
