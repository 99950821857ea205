import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { joinRouter } from '../support/fake-worker.ts'

const openai = '/api/openai/chat/completions'
const anthropic = '/api/anthropic/v1/messages'
const chat = { model: 'sonnet', messages: [{ role: 'user', content: 'Hi' }] }

/** Posts to a router; a string goes as it is. */
function post(router: DevRouter, path: string, body: unknown, options: RequestInit = {}): Promise<Response> {
  return fetch(router.httpUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${router.callerKey}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...options,
  })
}

describe('a body that is no request', () => {
  let router: DevRouter
  beforeEach(async () => {
    router = await startDevRouter({ dialect: 'public' })
  })
  afterEach(() => router[Symbol.asyncDispose]())

  it.each([
    ['no JSON', openai, '{', 'the body is not JSON'],
    ['nothing', openai, '', 'the body is not JSON'],
    ['no object', openai, '7', /^body: .*expected object/],
    ['no messages', openai, {}, /^messages: .*expected array/],
    ['an empty conversation', openai, { messages: [] }, 'messages: at least one message is needed'],
    ['an unknown role', openai, { messages: [{ role: 'poet', content: 'x' }] }, /^messages\.0\.role: /],
    ['a number as content', openai, { messages: [{ role: 'user', content: 7 }] }, /^messages\.0\.content: /],
    ['a text part without text', openai, { messages: [{ role: 'user', content: [{ type: 'text' }] }] }, /^messages\.0/],
    ['a tool of another kind', openai, { ...chat, tools: [{ type: 'magic' }] }, /^tools\.0\.type: /],
    ['a temperature in words', openai, { ...chat, temperature: 'hot' }, /^temperature: /],
    ['no token limit', anthropic, chat, /^max_tokens: /],
    ['no model', anthropic, { ...chat, model: undefined, max_tokens: 1 }, /^model: /],
    ['a broken tool result', anthropic, badResult(), /^messages\.0\.content/],
    [
      'a server tool',
      anthropic,
      { ...chat, max_tokens: 1, tools: [{ type: 'web_search_20250305', name: 'w' }] },
      /^tools\.0\.type: /,
    ],
  ])('%s is answered with 400 and what is wrong', async (_, path, body, message) => {
    const response = await post(router, path, body)
    expect(response.status).toBe(400)
    const error = { type: 'invalid_request_error', message: expect.stringMatching(message) }
    expect(await response.json()).toEqual(path === openai ? { error } : { type: 'error', error })
    expect(router.waiting).toEqual([])
  })

  it('is refused when it is too large', async () => {
    const response = await post(router, openai, 'x'.repeat(65 * 1024 * 1024))
    expect(response.status).toBe(413)
  })
})

describe('who may ask', () => {
  it.each([
    ['GET', '/api/openai/models'],
    ['POST', openai],
    ['POST', anthropic],
    ['POST', `${anthropic}/count_tokens`],
  ])('%s %s needs the key', async (method, path) => {
    await using router = await startDevRouter({ dialect: 'public' })
    const message = async (headers: Record<string, string>) => {
      const response = await fetch(router.httpUrl + path, { method, headers })
      expect(response.status).toBe(401)
      return ((await response.json()) as { error: { message: string } }).error.message
    }
    expect(await message({})).toBe('no API key was given')
    expect(await message({ authorization: 'Bearer x' })).toBe('invalid API key')
    expect(await message({ 'x-api-key': router.workerKey })).toBe('invalid API key')
  })

  it('takes either way to show it on either path', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    for (const headers of [{ 'x-api-key': router.callerKey }, { authorization: `bearer ${router.callerKey}` }]) {
      expect((await fetch(`${router.httpUrl}/api/openai/models`, { headers })).status).toBe(200)
    }
  })

  it.each([
    ['/api/openai/audio', { error: { type: 'not_found_error', message: 'there is no GET /api/openai/audio here' } }],
    [
      '/api/anthropic/v1/poems',
      { type: 'error', error: { type: 'not_found_error', message: 'there is no GET /api/anthropic/v1/poems here' } },
    ],
  ])('%s is not there', async (path, body) => {
    await using router = await startDevRouter({ dialect: 'public' })
    const response = await fetch(router.httpUrl + path)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(body)
  })
})

describe('a caller that goes away', () => {
  it.each([true, false])('makes a coordinator cancel its job (stream: %s)', async (stream) => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const caller = new AbortController()
    const answer = post(router, openai, { ...chat, stream }, { signal: caller.signal })
    const { job_id } = await worker.next('job')
    if (stream) await answer
    caller.abort()
    if (!stream) await expect(answer).rejects.toThrow('aborted')
    expect(await worker.next('cancel')).toEqual({ type: 'cancel', job_id })
  })

  it('is not noticed by the public router, whose worker goes on', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const caller = new AbortController()
    const answer = await post(router, openai, { ...chat, stream: true }, { signal: caller.signal })
    const { job_id } = await worker.next('job')
    caller.abort()
    await expect(answer.text()).rejects.toThrow('aborted')
    worker.answer(job_id, ['to nobody'])
    await router.until(({ workers }) => workers[0]?.running.length === 0, 'the job to end')
    expect(worker.frames.map((frame) => JSON.parse(frame).type)).toEqual(['hello_ack', 'config_ack', 'job'])
    expect(router.complaints).toEqual([])
  })

  it('does not make a coordinator cancel a job that has ended', async () => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const answer = post(router, openai, chat)
    worker.answer((await worker.next('job')).job_id, ['ok'])
    await (await answer).json()
    worker.send({ type: 'heartbeat' })
    await worker.next('heartbeat_ack')
    expect(worker.frames.some((frame) => JSON.parse(frame).type === 'cancel')).toBe(false)
  })
})

describe('a coordinator’s API', () => {
  const tool = (name: string) => ({ type: 'function', function: { name } })

  it('sends model, conversation, credentials and which tools are the caller’s', async () => {
    await using router = await startDevRouter({ dialect: 'coordinator', liveTools: [tool('search')] })
    await using worker = await joinRouter(router)
    const extra = { reference_id: 'ref', credentials: { TOKEN: 'x' } }
    const answer = post(router, openai, { ...chat, model: 'opus', tools: [tool('weather')], ...extra })
    const job = await worker.nextFrame('job')
    expect(job).toEqual({
      type: 'job',
      job_id: job.job_id,
      messages: chat.messages,
      model: 'opus',
      tools: [tool('weather'), tool('search')],
      caller_tools: ['weather'],
      ...extra,
    })
    worker.answer(job.job_id, ['ok'])
    await answer
  })

  it.each(['auxot', 'default', ''])('leaves the choice of the model to the policy for "%s"', async (model) => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const answer = post(router, openai, { ...chat, model })
    const job = await worker.nextFrame('job')
    expect(job).not.toHaveProperty('model')
    expect(job).toMatchObject({ caller_tools: [], reference_id: expect.stringMatching(/^ref_/) })
    worker.answer(job.job_id, ['ok'])
    await answer
  })

  it('joins the text before and after the tools', async () => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const answer = post(router, openai, chat)
    const { job_id } = await worker.next('job')
    worker.send({ type: 'complete', job_id, full_response: 'Looking. ', post_tool_content: 'Rain.' })
    expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'Looking. Rain.' } }] })
  })
})

describe('the models', () => {
  it('are the policy’s and the workers’, each once', async () => {
    await using router = await startDevRouter({ dialect: 'public', policy: { model_name: 'opus' } })
    await using _one = await joinRouter(router, { model: 'opus' })
    await using _two = await joinRouter(router, { model: 'haiku' })
    const response = await fetch(`${router.httpUrl}/api/openai/models`, { headers: { 'x-api-key': router.callerKey } })
    const model = (id: string) => ({ id, object: 'model', created: expect.any(Number), owned_by: 'auxot' })
    expect(await response.json()).toEqual({ object: 'list', data: [model('opus'), model('haiku')] })
  })
})

/** A tool result without the id of its call. */
function badResult() {
  return { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: [{ type: 'tool_result', content: 'x' }] }] }
}
