import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type FakeWorker, joinRouter } from '../support/fake-worker.ts'

let router: DevRouter
let worker: FakeWorker
let client: Anthropic

beforeEach(async () => {
  router = await startDevRouter({ dialect: 'public' })
  worker = await joinRouter(router)
  client = new Anthropic({ baseURL: `${router.httpUrl}/api/anthropic`, apiKey: router.callerKey, maxRetries: 0 })
})

afterEach(async () => {
  await worker[Symbol.asyncDispose]()
  await router[Symbol.asyncDispose]()
})

const question: { model: string; max_tokens: number; messages: Anthropic.MessageParam[] } = {
  model: 'sonnet',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hi' }],
}
const toolCalls = [
  { id: 'toolu_1', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
  { id: 'toolu_2', type: 'function' as const, function: { name: 'weather', arguments: '{"city":"Bergen"}' } },
  { id: 'toolu_3', type: 'function' as const, function: { name: 'now', arguments: '' } },
]
const toolUses = [
  { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
  { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Bergen' } },
  { type: 'tool_use', id: 'toolu_3', name: 'now', input: {} },
]
const weatherTool: Anthropic.Tool = {
  name: 'weather',
  description: 'Tells the weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

function nextJob() {
  return worker.nextFrame('job')
}

describe('the official Anthropic client', () => {
  it('gets a blocking answer with thoughts and usage', async () => {
    const answer = client.messages.create(question)
    worker.send({
      type: 'complete',
      job_id: (await nextJob()).job_id,
      full_response: 'Hello',
      reasoning_content: 'A greeting.',
      input_tokens: 12,
      cache_tokens: 4,
      output_tokens: 3,
    })
    expect(await answer).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{24}$/),
      type: 'message',
      role: 'assistant',
      model: 'sonnet',
      content: [
        { type: 'thinking', thinking: 'A greeting.', signature: '' },
        { type: 'text', text: 'Hello', citations: null },
      ],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 8, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 3 },
    })
  })

  it('gets each token while the job still runs', async () => {
    const stream = await client.messages.create({ ...question, stream: true })
    const events = stream[Symbol.asyncIterator]()
    const next = async () => (await events.next()).value
    const { job_id } = await nextJob()
    expect(await next()).toMatchObject({ type: 'message_start', message: { role: 'assistant', content: [] } })
    worker.send({ type: 'token', job_id, token: 'Hel' })
    expect(await next()).toEqual({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })
    expect(await next()).toEqual({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } })
    worker.send({ type: 'token', job_id, token: 'lo' })
    expect(await next()).toEqual({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } })
    worker.send({ type: 'complete', job_id, full_response: 'Hello', output_tokens: 2 })
    expect(await next()).toEqual({ type: 'content_block_stop', index: 0 })
    expect(await next()).toMatchObject({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })
    expect(await next()).toEqual({ type: 'message_stop' })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('assembles thoughts, text and parallel tool calls out of a stream', async () => {
    const stream = client.messages.stream({ ...question, tools: [weatherTool] })
    const { job_id } = await nextJob()
    worker.send({ type: 'token', job_id, token: 'Hm, ', reasoning: true })
    worker.send({ type: 'token', job_id, token: 'rain.', reasoning: true })
    worker.send({ type: 'token', job_id, token: 'Let me look.' })
    worker.send({ type: 'complete', job_id, full_response: 'Let me look.', tool_calls: toolCalls, output_tokens: 9 })
    const message = await stream.finalMessage()
    expect(message.content).toEqual([
      { type: 'thinking', thinking: 'Hm, rain.', signature: '' },
      { type: 'text', text: 'Let me look.' },
      ...toolUses,
    ])
    expect(message.stop_reason).toBe('tool_use')
    expect(message.usage.output_tokens).toBe(9)
  })

  it('gets several parallel tool calls, blocking', async () => {
    const answer = client.messages.create({ ...question, tools: [weatherTool] })
    worker.send({ type: 'complete', job_id: (await nextJob()).job_id, full_response: '', tool_calls: toolCalls })
    expect(await answer).toMatchObject({ content: toolUses, stop_reason: 'tool_use' })
  })

  it('has its request passed on with nothing lost, over several rounds of tools', async () => {
    const answer = client.messages.create({
      ...question,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Here?' }, base64Image] },
        { role: 'assistant', content: [thought, { type: 'text', text: 'Two.' }, use('a', 'weather'), use('b', 'now')] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'rain' }, base64Image] },
            { type: 'tool_result', tool_use_id: 'b', content: 'clock broken', is_error: true },
            { type: 'text', text: 'Go on.' },
          ],
        },
        { role: 'assistant', content: [use('c', 'now')] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c' }] },
      ],
      tools: [weatherTool, { name: 'now', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto' },
      ...sampling,
      thinking: { type: 'disabled' },
    })
    const job = await nextJob()
    expect(job).toEqual({
      type: 'job',
      job_id: job.job_id,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Here?' }, imagePart] },
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'Two.' }],
          tool_calls: [call('a', 'weather'), call('b', 'now')],
        },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'rain' }, imagePart] },
        { role: 'tool', tool_call_id: 'b', content: 'Error: clock broken' },
        { role: 'user', content: [{ type: 'text', text: 'Go on.' }] },
        { role: 'assistant', content: null, tool_calls: [call('c', 'now')] },
        { role: 'tool', tool_call_id: 'c', content: '' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'Tells the weather', parameters: weatherTool.input_schema },
        },
        { type: 'function', function: { name: 'now', parameters: { type: 'object' } } },
      ],
      temperature: 0.3,
      max_tokens: 100,
      reasoning_effort: 'none',
    })
    worker.answer(job.job_id, ['ok'])
    expect((await answer).content).toEqual([{ type: 'text', text: 'ok', citations: null }])
  })

  it('sees a failed job as an API error, blocking', async () => {
    const answer = client.messages.create(question)
    worker.send({ type: 'error', job_id: (await nextJob()).job_id, error: 'the model is overloaded' })
    await expect(answer).rejects.toMatchObject({
      status: 500,
      error: { type: 'error', error: { type: 'api_error', message: 'the model is overloaded' } },
    })
  })

  it('sees a failed job as an error in the stream', async () => {
    const stream = client.messages.stream(question)
    const { job_id } = await nextJob()
    worker.send({ type: 'token', job_id, token: 'Half' })
    worker.send({ type: 'error', job_id, error: 'the model is overloaded' })
    await expect(stream.finalMessage()).rejects.toMatchObject({
      error: { type: 'error', error: { type: 'api_error', message: 'the model is overloaded' } },
    })
  })

  it('learns that nobody keeps its conversation for it', async () => {
    const runner = client.beta.messages.toolRunner({ ...question, tools: [] })
    await expect(runner.runUntilDone()).rejects.toThrow('400')
    await expect(runner.runUntilDone()).rejects.toThrow('conversations are not kept here')
  })

  it('may show its key as a bearer token', async () => {
    const bearer = new Anthropic({
      baseURL: `${router.httpUrl}/api/anthropic`,
      apiKey: null,
      authToken: router.callerKey,
      maxRetries: 0,
    })
    const answer = bearer.messages.create(question)
    worker.answer((await nextJob()).job_id, ['ok'])
    expect((await answer).content).toMatchObject([{ text: 'ok' }])
  })

  it('is turned away with a wrong key', async () => {
    const stranger = new Anthropic({ baseURL: `${router.httpUrl}/api/anthropic`, apiKey: 'rtr_wrong', maxRetries: 0 })
    await expect(stranger.messages.create(question)).rejects.toMatchObject({
      status: 401,
      error: { type: 'error', error: { type: 'authentication_error', message: 'invalid API key' } },
    })
  })

  it('learns about how many tokens a prompt has', async () => {
    const count = async (content: string) =>
      (await client.messages.countTokens({ model: 'sonnet', messages: [{ role: 'user', content }] })).input_tokens
    const [short, long] = [await count('x'.repeat(400)), await count('x'.repeat(4000))]
    expect(short).toBeGreaterThanOrEqual(100)
    expect(long - short).toBe(900)
  })
})

/** The client's types know no temperature any more; its callers do. */
const sampling = { temperature: 0.3 }
const base64Image: Anthropic.ImageBlockParam = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
}
const imagePart = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
const thought: Anthropic.ThinkingBlockParam = { type: 'thinking', thinking: 'Hm.', signature: 'x' }

function use(id: string, name: string): Anthropic.ToolUseBlockParam {
  return { type: 'tool_use', id, name, input: { place: id } }
}

function call(id: string, name: string) {
  return { id, type: 'function', function: { name, arguments: `{"place":"${id}"}` } }
}
