import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type EchoModel, type ReplyBlock, startEchoModel } from '../../../src/dev/echo-model.ts'
import { clientOf, post, question, rawEvents } from '../../support/echo-client.ts'

let model: EchoModel
beforeEach(async () => {
  model = await startEchoModel()
})
afterEach(() => model[Symbol.asyncDispose]())

const usage = {
  input_tokens: 10,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  inference_geo: null,
  output_tokens_details: null,
  server_tool_use: null,
  speed: null,
  service_tier: 'standard',
}

async function eventsOf(answer: Answer) {
  model.script(answer)
  const events: Record<string, unknown>[] = []
  for await (const event of rawEvents(model)) events.push(event)
  return events
}

async function bothForms(answer: Answer) {
  model.script(answer, answer)
  const streamed = await clientOf(model).messages.stream(question()).finalMessage()
  const whole = await clientOf(model).messages.create(question())
  return { streamed: { ...streamed, id: '', parsed_output: undefined }, whole: { ...whole, id: '' } }
}

describe('a streamed answer', () => {
  it('is every event of the API in order: reasoning, text and a tool call', async () => {
    const blocks: ReplyBlock[] = [
      { type: 'thinking', chunks: ['let me ', 'think'], signature: 'sig' },
      { type: 'text', text: 'I will look.' },
      { type: 'tool_use', name: 'mcp__auxot__look', input: { at: 'the long path of a thing' }, id: 'toolu_1' },
    ]
    const started = { id: expect.stringMatching(/^msg_\w{24}$/), type: 'message', role: 'assistant' }
    const empty = { content: [], stop_reason: null, stop_sequence: null, stop_details: null, container: null }
    const model_ = 'claude-sonnet-4-6'
    const delta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta })
    const start = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block })
    const call = { type: 'tool_use', id: 'toolu_1', name: 'mcp__auxot__look', input: {}, caller: { type: 'direct' } }
    const ended = { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null }
    expect(await eventsOf({ blocks, usage: { input_tokens: 10 } })).toEqual([
      {
        type: 'message_start',
        message: { ...started, model: model_, ...empty, diagnostics: null, usage: { ...usage, output_tokens: 1 } },
      },
      { type: 'ping' },
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'let me ' }),
      delta(0, { type: 'thinking_delta', thinking: 'think' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      { type: 'content_block_stop', index: 0 },
      start(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'I' }),
      delta(1, { type: 'text_delta', text: ' will' }),
      delta(1, { type: 'text_delta', text: ' look.' }),
      { type: 'content_block_stop', index: 1 },
      start(2, call),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"at":"the long path of ' }),
      delta(2, { type: 'input_json_delta', partial_json: 'a thing"}' }),
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: ended, usage: { ...usage, output_tokens: 8 } },
      { type: 'message_stop' },
    ])
  })

  it('is sent as server-sent events with the headers of the API and those of the script', async () => {
    model.script({ blocks: [{ type: 'text', text: 'hi' }], headers: { 'anthropic-organization-id': 'org' } })
    const response = await post(model, { ...question(), stream: true })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'request-id': expect.stringMatching(/^req_\w+$/),
      'anthropic-organization-id': 'org',
    })
    const lines = (await response.text()).split('\n')
    expect(lines.filter((line) => line.startsWith('event: ')).length).toBe(7)
    expect(lines.every((line) => line === '' || /^(event: \w+|data: \{.*\})$/.test(line))).toBe(true)
  })

  it('starts and stops any other block as it is', async () => {
    const redacted = { type: 'redacted_thinking', data: 'abc' }
    const events = await eventsOf({
      blocks: [
        { type: 'other', block: redacted },
        { type: 'text', text: 'a' },
      ],
    })
    expect(events.slice(2, 4)).toEqual([
      { type: 'content_block_start', index: 0, content_block: redacted },
      { type: 'content_block_stop', index: 0 },
    ])
  })

  it('sends raw pieces as the input of a tool, broken ones too', async () => {
    const call = { type: 'tool_use', name: 'look', json: ['{"a":', ' tru'] } as const
    const events = await eventsOf({ blocks: [call], stopReason: 'max_tokens' })
    const deltas = events.flatMap(({ delta }) => (delta as { partial_json?: string } | undefined)?.partial_json ?? [])
    expect(deltas).toEqual(['', '{"a":', ' tru'])
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'max_tokens' } })
  })
})

describe('an answer in either form', () => {
  it('has several blocks and parallel calls with ids of their own', async () => {
    const blocks: ReplyBlock[] = [
      { type: 'thinking', text: 'both at once' },
      { type: 'text', text: 'Looking.' },
      { type: 'tool_use', name: 'look', input: { at: 1 } },
      { type: 'tool_use', name: 'look', input: {} },
    ]
    const { streamed, whole } = await bothForms({ blocks })
    const ids = (content: { type: string }[]) => content.flatMap((block) => ('id' in block ? [block.id] : []))
    const all = [...ids(streamed.content), ...ids(whole.content)]
    expect([new Set(all).size, all.every((id) => /^toolu_\w{24}$/.test(String(id)))]).toEqual([4, true])
    const anonymous = (content: object[]) => content.map((block) => ('id' in block ? { ...block, id: '' } : block))
    expect(anonymous(streamed.content)).toEqual(anonymous(whole.content))
    expect(whole.content.slice(0, 2)).toEqual([
      { type: 'thinking', thinking: 'both at once', signature: expect.stringMatching(/^[\w+/]{43}=$/) },
      { type: 'text', text: 'Looking.' },
    ])
    expect([streamed.stop_reason, whole.stop_reason]).toEqual(['tool_use', 'tool_use'])
  })

  const reasons = ['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'refusal', 'pause_turn'] as const
  it.each([...reasons, 'model_context_window_exceeded' as const])('stops with the reason %s', async (stopReason) => {
    const stopSequence = stopReason === 'stop_sequence' ? { stopSequence: 'END' } : {}
    const { streamed, whole } = await bothForms({ blocks: [{ type: 'text', text: 'a' }], stopReason, ...stopSequence })
    expect([streamed.stop_reason, whole.stop_reason]).toEqual([stopReason, stopReason])
    expect([streamed.stop_sequence, whole.stop_sequence]).toEqual(Array(2).fill(stopSequence.stopSequence ?? null))
  })

  it('reports the numbers of the script', async () => {
    const numbers = { input_tokens: 7, output_tokens: 9, cache_read_input_tokens: 5 }
    const { streamed, whole } = await bothForms({ blocks: [], usage: numbers })
    expect([streamed.usage, whole.usage]).toEqual([expect.objectContaining(numbers), expect.objectContaining(numbers)])
  })

  it('takes chunks from generators, also from ones that wait', async () => {
    async function* later() {
      yield 'a'
      yield 'b'
    }
    model.script(() => ({ blocks: [{ type: 'text', chunks: later() }] }))
    const { content } = await clientOf(model).messages.create(question())
    expect(content).toEqual([{ type: 'text', text: 'ab' }])
  })

  it('gives any text and any input back unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.jsonValue(), async (text, value) => {
        const call = { type: 'tool_use', name: 'look', input: { value }, id: 'toolu_1' } as const
        const { streamed, whole } = await bothForms({ blocks: [{ type: 'text', text }, call] })
        const plain = [{ text }, { input: JSON.parse(JSON.stringify({ value })) }]
        expect([streamed.content, whole.content]).toMatchObject([plain, plain])
      }),
      { numRuns: 25 },
    )
  })
})
