import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apiErrors, type EchoModel, Gate, rateLimitHeaders, startEchoModel } from '../../../src/dev/echo-model.ts'
import { BareClaude, type Frame } from '../../support/bare-claude.ts'
import { claudeProgram, inventedToken } from '../../support/claude-program.ts'
import { conversationOf, systemOf, toolsOf } from '../../support/model-request.ts'

const program = claudeProgram()
const models = ['claude-sonnet-4-6', 'sonnet']
const text = (value: string) => ({ type: 'text', text: value })

let model: EchoModel
beforeEach(async () => {
  model = await startEchoModel()
})
afterEach(() => model[Symbol.asyncDispose]())

function startClaude(name: string): BareClaude {
  if (program === undefined) throw new Error('the real Claude Code is not installed')
  return new BareClaude({ program, baseUrl: model.url, args: ['--model', name] })
}

function initialize(claude: BareClaude, more: object = {}): void {
  const request = { subtype: 'initialize', systemPrompt: ['You are terse.'], sdkMcpServers: [], ...more }
  claude.send({ type: 'control_request', request_id: 'initialize', request })
}

/** Answers the tools handshake of Claude Code with one tool, `look`. */
async function offerLook(claude: BareClaude): Promise<void> {
  const look = { name: 'look', description: 'looks', inputSchema: { type: 'object', properties: {} } }
  const serverInfo = { name: 'auxot', version: '1' }
  const results: Record<string, object> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo },
    'tools/list': { tools: [look] },
  }
  for (let method = ''; method !== 'tools/list'; ) {
    const { request_id, request } = (await claude.until('control_request')).at(-1) as never
    const { message } = request as { message: { method: string; id?: number } }
    method = message.method
    const mcp_response = { jsonrpc: '2.0', id: message.id ?? 0, result: results[method] ?? {} }
    answer(claude, request_id, { mcp_response })
  }
}

function answer(claude: BareClaude, request_id: unknown, response: object): void {
  claude.send({ type: 'control_response', response: { subtype: 'success', request_id, response } })
}

/** The API's own events, as Claude Code passes them on. */
function streamEvents(frames: readonly Frame[]): Record<string, unknown>[] {
  return frames.filter(({ type }) => type === 'stream_event').map(({ event }) => event as Record<string, unknown>)
}

describe.skipIf(program === undefined)('the real Claude Code', () => {
  it.each(models)('asks, streams the answer and goes on in the conversation: %s', async (name) => {
    const thought = { type: 'thinking', thinking: 'let me think', signature: 'c2ln' }
    model.script({
      blocks: [
        { type: 'thinking', text: 'let me think', signature: 'c2ln' },
        { type: 'text', text: 'hi there' },
      ],
    })
    await using claude = startClaude(name)
    initialize(claude)
    claude.ask('hello **world**')
    const frames = await claude.until('result')
    const deltas = streamEvents(frames).flatMap(({ delta }) => (delta ? [delta] : []))
    expect(deltas).toMatchObject([
      { type: 'thinking_delta', thinking: 'let' },
      { type: 'thinking_delta', thinking: ' me' },
      { type: 'thinking_delta', thinking: ' think' },
      { type: 'signature_delta', signature: 'c2ln' },
      { type: 'text_delta', text: 'hi' },
      { type: 'text_delta', text: ' there' },
      { stop_reason: 'end_turn' },
    ])
    expect(frames.at(-1)).toMatchObject({ is_error: false, result: 'hi there', usage: { output_tokens: 5 } })

    claude.ask('and now?')
    expect((await claude.until('result')).at(-1)).toMatchObject({ result: 'Echo: and now?', num_turns: 1 })
    const [first, second] = [await model.nextRequest(), await model.nextRequest()]
    expect(model.requests.length).toBe(2)
    expect(first.headers.authorization).toBe(`Bearer ${inventedToken}`)
    expect(systemOf(second.body)).toEqual(['You are terse.'])
    const asked = { role: 'user', content: [text('hello **world**')] }
    expect(conversationOf(first.body)).toEqual([asked])
    expect(conversationOf(second.body)).toEqual([
      asked,
      { role: 'assistant', content: [thought, text('hi there')] },
      { role: 'user', content: [text('and now?')] },
    ])
  })

  it('takes what it was told before from the prompt cache', async () => {
    await using claude = startClaude('claude-sonnet-4-6')
    initialize(claude)
    claude.ask('one')
    const { usage: first } = (await claude.until('result')).at(-1) as { usage?: Record<string, number> } & Frame
    claude.ask('two')
    const { usage: second } = (await claude.until('result')).at(-1) as { usage?: Record<string, number> } & Frame
    expect(first).toMatchObject({ input_tokens: 3, cache_read_input_tokens: 0 })
    expect(second).toMatchObject({ input_tokens: 3, cache_read_input_tokens: first?.cache_creation_input_tokens })
  })

  it.each(models)('calls tools in parallel, and brings the results that came later: %s', async (name) => {
    const calls = ['toolu_a', 'toolu_b'].map(
      (id) => ({ type: 'tool_use', id, name: 'mcp__auxot__look', input: { id } }) as const,
    )
    model.script({ blocks: [{ type: 'text', text: 'Looking.' }, ...calls] })
    await using claude = startClaude(name)
    const hooks = { PreToolUse: [{ matcher: 'mcp__auxot__.*', hookCallbackIds: ['hook'] }] }
    initialize(claude, { sdkMcpServers: ['auxot'], hooks })
    claude.ask('look twice')
    await offerLook(claude)
    const hookSpecificOutput = { hookEventName: 'PreToolUse', permissionDecision: 'defer' }
    for (const _ of calls) {
      const { request_id } = (await claude.until('control_request')).at(-1) as { request_id?: unknown } & Frame
      answer(claude, request_id, { hookSpecificOutput })
    }
    expect((await claude.until('result')).at(-1)).toMatchObject({ is_error: false, stop_reason: 'tool_deferred' })

    const results = ['toolu_b', 'toolu_a'].map((id) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: `seen ${id}`,
    }))
    claude.ask(results)
    expect((await claude.until('result')).at(-1)).toMatchObject({ result: 'Echo: seen toolu_b\nseen toolu_a' })
    const [first, second] = model.requests
    expect(toolsOf(first?.body ?? {})).toMatchObject([{ name: 'mcp__auxot__look', description: 'looks' }])
    expect(conversationOf(second?.body ?? { messages: [] })).toEqual([
      { role: 'user', content: [text('look twice')] },
      { role: 'assistant', content: [text('Looking.'), ...calls] },
      { role: 'user', content: results },
    ])
  })

  it('reports errors and limits, and lives on', async () => {
    const limits = { status: 'rejected', resetsAtSeconds: 1_900_000_000, claim: 'five_hour' } as const
    model.script(apiErrors.overloaded(), { ...apiErrors.rateLimited(), headers: rateLimitHeaders(limits) })
    await using claude = startClaude('claude-sonnet-4-6')
    initialize(claude)
    claude.ask('one')
    expect((await claude.until('result')).at(-1)).toMatchObject({ is_error: true, api_error_status: 529 })
    claude.ask('two')
    const refused = await claude.until('result')
    expect(refused.at(-1)).toMatchObject({ is_error: true, api_error_status: 429 })
    expect(refused.find(({ type }) => type === 'rate_limit_event')).toMatchObject({
      rate_limit_info: { status: 'rejected', resetsAt: 1_900_000_000, rateLimitType: 'five_hour' },
    })
    claude.ask('three')
    expect((await claude.until('result')).at(-1)).toMatchObject({
      is_error: false,
      result: 'Echo: one\n\ntwo\n\nthree',
    })
    expect(model.requests.length).toBe(3)
  })

  it('passes a token on as it comes, and leaves when it is interrupted', async () => {
    const gate = new Gate()
    model.script({ blocks: [{ type: 'text', text: 'one two three' }], gate })
    await using claude = startClaude('claude-sonnet-4-6')
    initialize(claude)
    claude.ask('count')
    const request = await model.nextRequest()
    gate.release()
    let delta: unknown
    while (delta === undefined) delta = streamEvents(await claude.until('stream_event')).at(-1)?.delta
    expect(delta).toEqual({ type: 'text_delta', text: 'one' })
    claude.send({ type: 'control_request', request_id: 'stop', request: { subtype: 'interrupt' } })
    expect((await claude.until('result')).at(-1)).toMatchObject({ terminal_reason: 'aborted_streaming' })
    expect([await request.ended, request.closedByClient]).toEqual(['client', true])
  })
})
