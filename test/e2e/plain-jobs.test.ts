import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { conversationOf, systemOf, toolsOf } from '../support/model-request.ts'
import { tinyPng } from '../support/tiny-png.ts'

const text = (value: string) => ({ type: 'text', text: value }) as const
const user = (content: string) => ({ role: 'user', content }) as const
const assistant = (content: string) => ({ role: 'assistant', content }) as const

describe.skipIf(claudeProgram() === undefined)('a plain job', () => {
  let house: Awaited<ReturnType<typeof openHouse>>
  beforeAll(async () => {
    house = await openHouse()
  })
  afterEach(() => house.model.reset())
  afterAll(() => house[Symbol.asyncDispose]())

  it('is asked as it came, and told token by token with one complete at its end', async () => {
    house.model.script({
      blocks: [text('Hello, world.')],
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 20,
        cache_read_input_tokens: 30,
        output_tokens: 7,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 20 },
      },
    })
    const job = house.router.submit({
      messages: [{ role: 'system', content: 'You are terse.' }, user('Hello')],
      job_id: 'plain',
    })
    await job.done
    const [request] = house.model.requests
    expect(house.model.requests.length).toBe(1)
    expect(request?.headers.authorization).toBe(`Bearer ${inventedToken}`)
    expect(request?.body).toMatchObject({ model: 'claude-sonnet-4-6', stream: true })
    expect(systemOf(request?.body ?? {})).toEqual(['You are terse.'])
    expect(toolsOf(request?.body ?? {})).toEqual([])
    expect(conversationOf(request?.body ?? { messages: [] })).toEqual([{ role: 'user', content: [text('Hello')] }])
    expect(job.messages).toEqual([
      { type: 'token', job_id: 'plain', token: 'Hello,' },
      { type: 'token', job_id: 'plain', token: ' world.' },
      {
        type: 'complete',
        job_id: 'plain',
        full_response: 'Hello, world.',
        duration_ms: expect.any(Number),
        cache_tokens: 30,
        input_tokens: 60,
        output_tokens: 7,
        total_cost_usd: expect.closeTo(0.000264, 6),
        provider_session_id: expect.any(String),
        rate_limit_status: 'allowed',
      },
    ])
    expect(house.router.complaints).toEqual([])
    expect(await house.worker.next('job_finished', ({ jobId }) => jobId === 'plain')).toEqual({
      type: 'job_finished',
      jobId: 'plain',
      outcome: 'completed',
      durationMs: expect.any(Number),
      firstTokenMs: expect.any(Number),
      inputTokens: 60,
      outputTokens: 7,
      costUsd: expect.closeTo(0.000264, 6),
    })
  })

  it('passes each token on before the model says the next', async () => {
    const gate = new Gate()
    house.model.script({ blocks: [text('one two three')], gate })
    const job = house.ask('count')
    for (const token of ['one', ' two', ' three']) {
      gate.release()
      expect(await house.router.next('token', ({ job_id }) => job_id === job.jobId)).toMatchObject({ token })
    }
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'one two three' } })
  })

  it('tells reasoning apart from the answer', async () => {
    house.model.script({ blocks: [{ type: 'thinking', text: 'let me think' }, text('Done.')] })
    const job = house.ask('think')
    await job.done
    expect(job.messages).toMatchObject([
      { type: 'token', token: 'let', reasoning: true },
      { type: 'token', token: ' me', reasoning: true },
      { type: 'token', token: ' think', reasoning: true },
      { type: 'token', token: 'Done.' },
      { type: 'complete', full_response: 'Done.', reasoning_content: 'let me think' },
    ])
    expect(job.messages[3]).not.toHaveProperty('reasoning')
  })

  it('brings its history, its images and its limits to the model', async () => {
    const url = `data:image/png;base64,${tinyPng}`
    const job = house.router.submit({
      messages: [
        user('What is this?'),
        assistant('Show me.'),
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Here.' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
      max_tokens: 700,
      temperature: 0.3,
      reasoning_effort: 'none',
    })
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: Here.\n[image]' } })
    const body = house.model.requests[0]?.body
    expect(body).toMatchObject({ max_tokens: 700, temperature: 0.3 })
    expect(body?.thinking).toBeUndefined()
    expect(conversationOf(body ?? { messages: [] })).toEqual([
      { role: 'user', content: [text('What is this?')] },
      { role: 'assistant', content: [text('Show me.')] },
      {
        role: 'user',
        content: [text('Here.'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: tinyPng } }],
      },
    ])
  })

  it('is complete with what was said when the model reached the token limit, and the model is asked once', async () => {
    house.model.script({ blocks: [text('as far as')], stopReason: 'max_tokens' })
    const job = house.ask('go on and on', { max_tokens: 3 })
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'as far as' } })
    await house.ask('next').done
    expect(house.model.requests.map(({ body }) => conversationOf(body).at(-1)?.content)).toEqual([
      [text('go on and on')],
      [text('next')],
    ])
  })

  it('of 500 messages arrives whole', async () => {
    const messages = Array.from({ length: 499 }, (_, n) => (n % 2 === 0 ? user(`q${n}`) : assistant(`a${n}`)))
    const job = house.router.submit({ messages })
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: q498' } })
    expect(house.model.requests.length).toBe(1)
    expect(conversationOf(house.model.requests[0]?.body ?? { messages: [] })).toEqual(
      messages.map(({ role, content }) => ({ role, content: [text(content)] })),
    )
  })

  it('with a part that nobody can show to the model is refused in words for its caller', async () => {
    const job = house.router.submit({
      messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA' } } as never] }],
      job_id: 'audio',
    })
    expect(await job.done).toEqual({
      kind: 'error',
      message: {
        type: 'error',
        job_id: 'audio',
        error: 'messages[0]: content parts of type "input_audio" are not supported. Send "text" and "image_url" parts.',
      },
    })
    expect(house.model.requests).toEqual([])
    expect(await house.worker.next('job_finished', ({ jobId }) => jobId === 'audio')).toMatchObject({
      outcome: 'failed',
      failure: { class: 'invalid_request' },
    })
  })

  it('that cannot be read is refused, and the worker goes on', async () => {
    house.router.faults.sendRaw(JSON.stringify({ type: 'job', job_id: 'odd', messages: [{ role: 'clown' }] }))
    expect(await house.router.next('error', ({ job_id }) => job_id === 'odd')).toMatchObject({
      error: expect.stringMatching(/^the job cannot be read: messages\.0\.role: /),
    })
    expect(await house.ask('still there?').done).toMatchObject({ kind: 'complete' })
  })

  it('that asks for what Claude cannot do is done all the same, and the log says so once', async () => {
    const jobs = [house.ask('a', { temperature: 1.7 }), house.ask('b', { temperature: 1.9 })]
    expect(await Promise.all(jobs.map(({ done }) => done))).toMatchObject([{ kind: 'complete' }, { kind: 'complete' }])
    expect(house.model.requests.map(({ body }) => body.temperature)).toEqual([1, 1])
    expect(house.worker.said('warn').filter((line) => line?.includes('1.'))).toEqual([
      'a job asks for what cannot be done as asked (said once per field): 1.7 is not between 0 and 1, 1 is used',
    ])
  })
})
