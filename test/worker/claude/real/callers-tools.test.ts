import { expect, it } from 'vitest'
import type { EchoRequest } from '../../../../src/dev/echo-model.ts'
import type { Turn } from '../../../../src/worker/claude/turn.ts'
import { planTurn } from '../../../../src/worker/jobs/plan-turn.ts'
import { askSession } from '../../../support/engine-on-trial.ts'
import { conversationOf, toolsOf } from '../../../support/model-request.ts'
import { describeReal, onlyRequest, sharedEngine } from '../../../support/real-claude.ts'
import { offeredTool, toolResult, turnFrom } from '../../../support/turn-from.ts'
import { sentJob, sentTool } from '../../jobs/sent-job.ts'

const shared = sharedEngine()
const context = { policy: undefined, settings: { defaultModel: 'claude-sonnet-4-6', builtinTools: [] } }
const say = (text: string) => ({ type: 'text', text }) as const
const call = (name: string, input: unknown, id: string) =>
  ({ type: 'tool_use', name: `mcp__auxot__${name}`, input, id }) as const

describeReal('tools that the caller runs', () => {
  it('are called up to five at once, none of which is lost, and each time the turn ends there', async () => {
    const { engine } = shared
    const tools = { returned: [offeredTool('look')] }
    using lease = await engine.pool.lease(turnFrom({ tools }))
    let prompt: Turn['prompt'] = [say('look')]
    for (const count of [1, 2, 3, 4, 5]) {
      const calls = Array.from({ length: count }, (_, index) => call('look', { index }, `toolu_${count}_${index}`))
      engine.model.script({ blocks: [say('I look.'), ...calls] })
      const { events, result } = await askSession(lease, turnFrom({ tools, prompt }))
      expect(engine.model.requests.length).toBe(count)
      expect(result.toolCalls).toEqual(calls.map(({ id, input }) => ({ id, name: 'look', input })))
      expect(result).toMatchObject({ text: 'I look.', stopReason: 'tool_use', toolUses: [] })
      expect(result.costUsd).toBeGreaterThan(0)
      const told = events.map(({ type }) => type).filter((type) => type !== 'rate_limit')
      expect(told).toEqual(['text', 'text', 'tool_generating', 'result'])
      prompt = calls.map(({ id }) => toolResult(id, 'seen'))
      expect(conversationOf(engine.model.requests.at(-1)?.body ?? { messages: [] })).toHaveLength(2 * count - 1)
    }
  })

  it('reach the model with their descriptions and schemas unchanged', async () => {
    const { engine } = shared
    const inputSchema = {
      type: 'object',
      properties: { at: { $ref: '#/$defs/place' }, how: { enum: ['far', null] } },
      required: ['at'],
      additionalProperties: false,
      $defs: { place: { type: 'string', minLength: 1 } },
    }
    const description = `Looks. ${'And looks again. '.repeat(400)}`
    const returned = [offeredTool('look', { description, inputSchema }), offeredTool('see')]
    await engine.ask(turnFrom({ tools: { returned } }))
    expect(toolsOf(onlyRequest(engine).body)).toEqual([
      { name: 'mcp__auxot__look', description, input_schema: inputSchema },
      { name: 'mcp__auxot__see', description: 'does see', input_schema: { type: 'object', properties: {} } },
    ])
  })

  it('keep whatever names they were sent with', async () => {
    const { engine } = shared
    const sent = [
      ...[
        'mcp__auxot__x',
        'mcp__other__x',
        'x',
        'Bash',
        'ToolSearch',
        'get.weather',
        'get_weather',
        '天気',
        '🌍',
        'a b',
      ],
      ...['n'.repeat(100), `${'n'.repeat(100)}n`, `${'n'.repeat(100)}m`, '-', '__proto__', 'constructor'],
    ]
    const tools = sent.map((name, index) => sentTool(name, { type: 'object', properties: { [`p${index}`]: {} } }))
    const { turn } = planTurn(sentJob({ tools }), context)
    engine.model.script((request: EchoRequest) => ({ blocks: toolsOf(request.body).map(callOf) }))
    const { result } = await engine.ask(turn)
    expect(engine.model.requests.length).toBe(1)
    const byIndex = [...result.toolCalls].sort((a, b) => Number(a.input.index) - Number(b.input.index))
    expect(byIndex.map(({ name }) => name)).toEqual(sent)
  })

  it('are called with whatever arguments a model may write', async () => {
    const { engine } = shared
    const inputs = [
      {},
      { text: '"\\\n\u2028 世界 🌍' },
      { deep: [{ a: [null, 1.5, true, { b: {} }] }] },
      { long: 'x'.repeat(70_000) },
    ]
    engine.model.script({ blocks: inputs.map((input, index) => call('look', input, `toolu_${index}`)) })
    const { result } = await engine.ask(turnFrom({ tools: { returned: [offeredTool('look')] } }))
    expect(result.toolCalls.map(({ input }) => input)).toEqual(inputs)
  })
})

/** A call of a tool that says which of the caller's it is: the only property of each is numbered. */
function callOf({ name, input_schema }: { name: string; input_schema?: unknown }) {
  const [property = ''] = Object.keys((input_schema as { properties: object }).properties)
  return { type: 'tool_use', name, input: { index: Number(property.slice(1)) } } as const
}
