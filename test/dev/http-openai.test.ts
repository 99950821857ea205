import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type FakeWorker, joinRouter } from '../support/fake-worker.ts'

let router: DevRouter
let worker: FakeWorker
let client: OpenAI

beforeEach(async () => {
  router = await startDevRouter({ dialect: 'public' })
  worker = await joinRouter(router)
  client = new OpenAI({ baseURL: `${router.httpUrl}/api/openai`, apiKey: router.callerKey, maxRetries: 0 })
})

afterEach(async () => {
  await worker[Symbol.asyncDispose]()
  await router[Symbol.asyncDispose]()
})

const question: { model: string; messages: OpenAI.ChatCompletionMessageParam[] } = {
  model: 'sonnet',
  messages: [{ role: 'user', content: 'Hi' }],
}
const calls = [
  { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
  { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '{"city":"Bergen"}' } },
  { id: 'call_3', type: 'function', function: { name: 'now', arguments: '' } },
] as const
const weatherTool = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const

/** The job that the next request becomes, as it stands on the wire. */
function nextJob() {
  return worker.nextFrame('job')
}

describe('the official openai client', () => {
  it('gets a blocking answer with usage and reasoning', async () => {
    const answer = client.chat.completions.create(question)
    const { job_id } = await nextJob()
    worker.send({
      type: 'complete',
      job_id,
      full_response: 'Hello',
      reasoning_content: 'A greeting.',
      input_tokens: 12,
      output_tokens: 3,
      cache_tokens: 4,
      reasoning_tokens: 2,
    })
    expect(await answer).toEqual({
      id: job_id,
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'sonnet',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null, reasoning_content: 'A greeting.' },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 3,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    })
  })

  it('gets each token while the job still runs, reasoning apart, and usage when asked for', async () => {
    const stream = await client.chat.completions.create({
      ...question,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = stream[Symbol.asyncIterator]()
    const delta = async () => (await chunks.next()).value?.choices[0]?.delta
    const { job_id } = await nextJob()
    expect(await delta()).toEqual({ role: 'assistant', content: '' })
    worker.send({ type: 'token', job_id, token: 'Hm.', reasoning: true })
    expect(await delta()).toEqual({ reasoning_content: 'Hm.' })
    worker.send({ type: 'token', job_id, token: 'Hel' })
    expect(await delta()).toEqual({ content: 'Hel' })
    worker.send({ type: 'tool_generating', job_id })
    worker.send({ type: 'token', job_id, token: 'lo' })
    expect(await delta()).toEqual({ content: 'lo' })
    worker.send({ type: 'complete', job_id, full_response: 'Hello', input_tokens: 5, output_tokens: 2 })
    expect((await chunks.next()).value?.choices).toEqual([
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ])
    expect((await chunks.next()).value).toMatchObject({ choices: [], usage: { prompt_tokens: 5, total_tokens: 7 } })
    expect(await chunks.next()).toEqual({ done: true, value: undefined })
  })

  it('gets no usage in a stream that did not ask for it', async () => {
    const stream = await client.chat.completions.create({ ...question, stream: true })
    worker.answer((await nextJob()).job_id, ['x'], { input_tokens: 1 })
    for await (const chunk of stream) expect(chunk).not.toHaveProperty('usage')
  })

  it('gets several parallel tool calls, blocking', async () => {
    const answer = client.chat.completions.create({ ...question, tools: [weatherTool] })
    const { job_id } = await nextJob()
    worker.send({ type: 'complete', job_id, full_response: '', tool_calls: [...calls] })
    const [choice] = (await answer).choices
    expect(choice?.message).toEqual({ role: 'assistant', content: null, refusal: null, tool_calls: calls })
    expect(choice?.finish_reason).toBe('tool_calls')
  })

  it('assembles several parallel tool calls out of a stream, with the text before them', async () => {
    const stream = client.chat.completions.stream({ ...question, tools: [weatherTool] })
    worker.answer((await nextJob()).job_id, ['Let me ', 'look.'], { tool_calls: [...calls] })
    const [choice] = (await stream.finalChatCompletion()).choices
    expect(choice?.finish_reason).toBe('tool_calls')
    expect(choice?.message.content).toBe('Let me look.')
    expect(choice?.message.tool_calls).toMatchObject(calls)
  })

  it('has its request passed on as it is, over several rounds of tools', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'In English.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Weather here?' }, image('data:image/png;base64,AAAA')] },
      { role: 'assistant', content: null, tool_calls: [calls[0], calls[1]] },
      { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'sun' }] },
      { role: 'assistant', content: 'One more.', tool_calls: [calls[2]] },
      { role: 'tool', tool_call_id: 'call_3', content: '' },
      { role: 'user', content: 'And?' },
    ]
    const answer = client.chat.completions.create({
      model: 'opus',
      messages,
      tools: [weatherTool, { type: 'function', function: { name: 'now' } }],
      tool_choice: 'auto',
      temperature: 0.3,
      max_completion_tokens: 77,
      reasoning_effort: 'low',
    })
    const job = await nextJob()
    expect(job).toEqual({
      type: 'job',
      job_id: job.job_id,
      messages,
      tools: [weatherTool, { type: 'function', function: { name: 'now' } }],
      temperature: 0.3,
      max_tokens: 77,
      reasoning_effort: 'low',
    })
    worker.answer(job.job_id, ['Mild.'])
    expect((await answer).choices[0]?.message.content).toBe('Mild.')
  })

  it('may forbid the tools it brings', async () => {
    const answer = client.chat.completions.create({ ...question, tools: [weatherTool], tool_choice: 'none' })
    const job = await nextJob()
    expect(job).not.toHaveProperty('tools')
    worker.answer(job.job_id, ['ok'])
    await answer
  })

  it('sees a failed job as a server error, blocking', async () => {
    const answer = client.chat.completions.create(question)
    worker.send({ type: 'error', job_id: (await nextJob()).job_id, error: 'the model is overloaded', details: '529' })
    await expect(answer).rejects.toMatchObject({
      status: 500,
      error: { message: 'the model is overloaded', type: 'server_error' },
    })
  })

  it('sees a failed job as an error in the stream, behind what was streamed', async () => {
    const stream = await client.chat.completions.create({ ...question, stream: true })
    const { job_id } = await nextJob()
    worker.send({ type: 'token', job_id, token: 'Half' })
    worker.send({ type: 'error', job_id, error: 'the model is overloaded' })
    let text = ''
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    })()
    await expect(reading).rejects.toMatchObject({ error: { message: 'the model is overloaded', type: 'server_error' } })
    expect(text).toBe('Half')
  })

  it('lists the models of the workers', async () => {
    const names: string[] = []
    for await (const model of client.models.list()) names.push(model.id)
    expect(names).toEqual(['sonnet'])
  })

  it('is turned away with a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: `${router.httpUrl}/api/openai`, apiKey: 'rtr_wrong', maxRetries: 0 })
    await expect(stranger.chat.completions.create(question)).rejects.toMatchObject({
      status: 401,
      error: { message: 'invalid API key', type: 'authentication_error' },
    })
  })
})

function image(url: string) {
  return { type: 'image_url', image_url: { url } } as const
}
