import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ReplySource } from '../../../../src/dev/echo-model.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { askSession } from '../../../support/engine-on-trial.ts'
import { describeReal, sharedEngine } from '../../../support/real-claude.ts'
import { offeredTool, turnFrom } from '../../../support/turn-from.ts'

const shared = sharedEngine()
const tools = { returned: [offeredTool('look')] }
const say = (text: string) => ({ type: 'text', text }) as const
const half = { type: 'tool_use', name: 'mcp__auxot__look', json: ['{"at": "se'] } as const
const whole = { type: 'tool_use', name: 'mcp__auxot__look', input: { at: 'sea' }, id: 'toolu_1' } as const
type Case = readonly [string, ReplySource, object]

/** What makes Claude Code ask the model again by itself, and what is told instead. */
const plainCases: Case[] = [
  [
    'cut off at the limit of tokens',
    { blocks: [say('so far')], stopReason: 'max_tokens' },
    { text: 'so far', stopReason: 'max_tokens' },
  ],
  [
    'cut off at the end of the context',
    { blocks: [say('so far')], stopReason: 'model_context_window_exceeded' },
    { text: 'so far', stopReason: 'model_context_window_exceeded' },
  ],
  ['empty', { blocks: [] }, { text: '', stopReason: 'end_turn' }],
  ['blank', { blocks: [say(' ')] }, { text: ' ', stopReason: 'end_turn' }],
  ['reasoning and nothing else', { blocks: [{ type: 'thinking', text: 'well' }] }, { text: '', reasoning: 'well' }],
]
const toolCases: Case[] = [
  [
    'cut off in the middle of a call',
    { blocks: [say('I'), half], stopReason: 'max_tokens' },
    { text: 'I', toolCalls: [], stopReason: 'max_tokens' },
  ],
  [
    'cut off after a call and in the middle of another',
    { blocks: [whole, half], stopReason: 'max_tokens' },
    { toolCalls: [{ id: 'toolu_1', name: 'look', input: { at: 'sea' } }] },
  ],
  ['empty although there are tools', { blocks: [] }, { text: '', stopReason: 'end_turn' }],
]

/** Asks, and says how many requests there were when the process was gone: nothing can come after that. */
async function requestsOf(turn: Turn, ...replies: readonly ReplySource[]) {
  const { engine } = shared
  engine.model.script(...replies, { blocks: [say('Claude Code asked again.')] })
  using lease = await engine.pool.lease(turn)
  const callLiveTool = async () => ({ content: 'fetched', isError: false, images: [] })
  const { result } = await askSession(lease, turn, { callLiveTool })
  await lease.session.end(0)
  const count = engine.model.requests.length
  engine.model.reset()
  return { result, count }
}

// With tools the process is killed in the few milliseconds before it asks again, which a busy machine may not leave.
const race = { retry: 4 }

describeReal('one question is one request', () => {
  it.each(plainCases)('also where the answer is %s', async (_, reply, expected) => {
    const { result, count } = await requestsOf(turnFrom(), reply)
    expect(result).toMatchObject(expected)
    expect(count).toBe(1)
  })

  it.each(toolCases)('also where the answer is %s', race, async (_, reply, expected) => {
    const { result, count } = await requestsOf(turnFrom({ tools }), reply)
    expect(result).toMatchObject(expected)
    expect(count).toBe(1)
  })

  it('where there is nothing left to ask after a round of tools', race, async () => {
    const turn = turnFrom({ tools: { live: [offeredTool('fetch')] } })
    const call = { blocks: [{ type: 'tool_use', name: 'mcp__auxot__fetch', input: {} }] } as const
    const { result, count } = await requestsOf(turn, call, { blocks: [] })
    expect(result).toMatchObject({ text: '', toolUses: [{ result: 'fetched' }] })
    expect(count).toBe(2)
  })

  it.each<[string, ReplySource]>([
    ['at a stop sequence', { blocks: [say('done')], stopReason: 'stop_sequence', stopSequence: 'END' }],
    ['in a pause', { blocks: [say('done')], stopReason: 'pause_turn' }],
    ['in a complete call at the limit of tokens', { blocks: [say('done'), whole], stopReason: 'max_tokens' }],
  ])('where the answer ends %s, and the process lives on', async (_, reply) => {
    const { engine } = shared
    engine.model.script(reply)
    const turn = turnFrom({ tools })
    using lease = await engine.pool.lease(turn)
    const { result } = await askSession(lease, turn)
    expect(result.text).toBe('done')
    expect(result.costUsd).toBeGreaterThan(0)
    expect([lease.session.state, engine.model.requests.length]).toEqual(['kept', 1])
  })
})

describeReal('one question is one request, under load', () => {
  const load: ChildProcess[] = []
  beforeAll(() => {
    for (const _ of [1, 2, 3]) load.push(spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore', env: {} }))
  })
  afterAll(async () => {
    const exits = load.map((child) => once(child, 'exit'))
    for (const child of load) child.kill('SIGKILL')
    await Promise.all(exits)
  })

  it('also where several answers are cut off at the same time', async () => {
    const { engine } = shared
    engine.model.script(...plainCases.map(([, reply]) => reply))
    engine.model.always({ blocks: [say('Claude Code asked again.')] })
    const turns = plainCases.map(async () => {
      const turn = turnFrom()
      using lease = await engine.pool.lease(turn)
      await askSession(lease, turn)
      await lease.session.end(0)
    })
    await Promise.all(turns)
    expect(engine.model.requests.length).toBe(plainCases.length)
  }, 60_000)
})
