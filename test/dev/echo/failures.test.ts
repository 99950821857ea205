import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type ApiError,
  apiErrors,
  type EchoModel,
  Gate,
  rateLimitHeaders,
  startEchoModel,
} from '../../../src/dev/echo-model.ts'
import { clientOf, post, question, rawEvents } from '../../support/echo-client.ts'

let model: EchoModel
beforeEach(async () => {
  model = await startEchoModel()
})
afterEach(() => model[Symbol.asyncDispose]())

const ask = () => clientOf(model).messages.create(question())
const askStream = () => clientOf(model).messages.stream(question()).finalMessage()
const words = [{ type: 'text', chunks: ['one', ' two'] }] as const

/** What a client saw of an answer before it broke off, and the words of the error. `seen` hears each event. */
async function seenOf(seen: (type: unknown) => void = () => {}): Promise<{ types: unknown[]; error: string }> {
  const types: unknown[] = []
  try {
    for await (const { type } of rawEvents(model)) {
      types.push(type)
      seen(type)
    }
    return { types, error: '' }
  } catch (error) {
    return { types, error: (error as Error).message }
  }
}

describe('an API error', () => {
  const known: [ApiError, { new (...args: never[]): Error }, string][] = [
    [apiErrors.promptTooLong(), Anthropic.BadRequestError, 'prompt is too long'],
    [apiErrors.badImage(), Anthropic.BadRequestError, 'Could not process image'],
    [apiErrors.noCredit(), Anthropic.BadRequestError, 'credit balance is too low'],
    [apiErrors.thirdPartyUsage(), Anthropic.BadRequestError, 'Third-party apps'],
    [apiErrors.unauthorized(), Anthropic.AuthenticationError, 'authentication_error'],
    [apiErrors.forbidden(), Anthropic.PermissionDeniedError, 'permission_error'],
    [apiErrors.noModel('claude-9'), Anthropic.NotFoundError, 'model: claude-9'],
    [apiErrors.tooLarge(), Anthropic.APIError, 'request_too_large'],
    [apiErrors.rateLimited(), Anthropic.RateLimitError, 'rate_limit_error'],
    [apiErrors.internal(), Anthropic.InternalServerError, 'Internal server error'],
    [apiErrors.unavailable(), Anthropic.InternalServerError, 'unavailable'],
    [apiErrors.overloaded(), Anthropic.InternalServerError, 'Overloaded'],
  ]
  it.each(known)('is told as the API tells it, streamed or not: %j', async (reply, kind, words) => {
    model.script(reply, reply)
    for (const failed of [ask(), askStream()]) {
      const error: Error & { status?: number } = await failed.then(
        () => expect.fail('was answered'),
        (error) => error,
      )
      expect(error).toBeInstanceOf(kind)
      expect([error.status, error.message]).toEqual([reply.status, expect.stringContaining(words)])
    }
  })

  it('carries headers, such as the time to wait and the limits of the subscription', async () => {
    const limits = { status: 'rejected', resetsAtSeconds: 1_800_000_000, claim: 'five_hour' } as const
    model.script({ ...apiErrors.rateLimited(), headers: { 'retry-after': '7', ...rateLimitHeaders(limits) } })
    const response = await post(model, question())
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'retry-after': '7',
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': '1800000000',
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    })
    const requestId = response.headers.get('request-id')
    expect(await response.json()).toEqual({
      type: 'error',
      error: apiErrors.rateLimited().error,
      request_id: requestId,
    })
  })
})

describe('limits of the subscription', () => {
  it('are told in the headers of a good answer as well', async () => {
    const headers = rateLimitHeaders({
      status: 'allowed_warning',
      overageStatus: 'rejected',
      overageDisabledReason: 'out_of_credits',
      fiveHours: { utilization: 0.93, resetsAtSeconds: 1_800_000_000, surpassedThreshold: 0.9 },
      sevenDays: { utilization: 0.1 },
    })
    expect(headers).toEqual({
      'anthropic-ratelimit-unified-status': 'allowed_warning',
      'anthropic-ratelimit-unified-overage-status': 'rejected',
      'anthropic-ratelimit-unified-overage-disabled-reason': 'out_of_credits',
      'anthropic-ratelimit-unified-5h-utilization': '0.93',
      'anthropic-ratelimit-unified-5h-reset': '1800000000',
      'anthropic-ratelimit-unified-5h-surpassed-threshold': '0.9',
      'anthropic-ratelimit-unified-7d-utilization': '0.1',
    })
    model.always({ blocks: words, headers })
    for (const stream of [true, false]) {
      const response = await post(model, { ...question(), stream })
      expect(Object.fromEntries(response.headers)).toMatchObject(headers)
      await response.text()
    }
  })
})

describe('a lost connection', () => {
  it('is reset before any header', async () => {
    model.script({ connection: 'reset' })
    const { types, error } = await seenOf()
    expect([types, error]).toEqual([[], 'fetch failed'])
    expect(await model.requests[0]?.ended).toBe('model')
  })

  it('is cut after the headers', async () => {
    model.script({ blocks: words, interrupted: { after: 'headers', by: 'cut' } })
    expect(await seenOf()).toEqual({ types: [], error: 'terminated' })
  })

  it('is cut after the start of the message', async () => {
    const gate = new Gate()
    model.script({ blocks: words, gate, interrupted: { after: 'start', by: 'cut' } })
    const seen = await seenOf((type) => type === 'ping' && gate.release())
    expect(seen).toEqual({ types: ['message_start', 'ping'], error: 'terminated' })
  })

  it('is cut after a part of the text, with the block left open', async () => {
    const gate = new Gate()
    model.script({ blocks: words, gate, interrupted: { after: 'chunks', by: 'cut' } })
    gate.release()
    const seen = await seenOf((type) => type === 'content_block_delta' && gate.release())
    const partial = ['message_start', 'ping', 'content_block_start', 'content_block_delta', 'content_block_delta']
    expect(seen).toEqual({ types: partial, error: 'terminated' })
    const [request] = model.requests
    expect([await request?.ended, request?.closedByClient]).toEqual(['model', false])
  })

  it('is cut before an answer that is not streamed', async () => {
    model.script({ blocks: words, interrupted: { after: 'chunks', by: 'cut' } })
    await expect(ask()).rejects.toBeInstanceOf(Anthropic.APIConnectionError)
  })

  it('closes one connection only', async () => {
    model.script({ connection: 'reset' })
    await seenOf()
    expect((await seenOf()).types.at(-1)).toBe('message_stop')
  })
})

describe('an error in the middle of an answer', () => {
  const by = apiErrors.overloaded().error

  it('is an event of the stream', async () => {
    model.script({ blocks: words, interrupted: { after: 'chunks', by } })
    expect((await seenOf()).types.slice(-2)).toEqual(['content_block_delta', 'error'])
    model.script({ blocks: words, interrupted: { after: 'chunks', by } })
    await expect(askStream()).rejects.toThrow('Overloaded')
  })

  it('is a refusal when the answer is not streamed', async () => {
    model.script({ blocks: words, interrupted: { after: 'chunks', by } })
    await expect(ask()).rejects.toMatchObject({ status: 529 })
  })
})

describe('a silent model', () => {
  it.each([
    ['never answers', { connection: 'silent' } as const],
    ['stops after the headers', { blocks: words, interrupted: { after: 'headers', by: 'stall' } } as const],
    ['stops in the middle', { blocks: words, interrupted: { after: 'chunks', by: 'stall' } } as const],
  ])('%s, until the client goes', async (_, reply) => {
    model.script(reply)
    const stream = clientOf(model).messages.stream(question())
    if (reply !== undefined && 'blocks' in reply && reply.interrupted.after === 'chunks') {
      const delta = Promise.withResolvers<void>()
      stream.on('text', (_, snapshot) => snapshot === 'one two' && delta.resolve())
      await delta.promise
    }
    const request = await model.nextRequest()
    stream.abort()
    await expect(stream.finalMessage()).rejects.toThrow('aborted')
    expect([await request.ended, request.closedByClient]).toEqual(['client', true])
  })

  it('waits before its first byte when told so', async () => {
    const slept: number[] = []
    const clock = {
      now: () => 0,
      timer: () => expect.fail('no timer'),
      sleep: async (ms: number) => void slept.push(ms),
    }
    await using slow = await startEchoModel({ clock })
    slow.script({ blocks: words, delayMs: 15_000 }, { ...apiErrors.overloaded(), delayMs: 40_000 })
    await clientOf(slow).messages.create(question())
    await expect(clientOf(slow).messages.create(question())).rejects.toThrow('Overloaded')
    expect(slept).toEqual([15_000, 40_000])
  })
})

describe('keys and tokens', () => {
  const statusWith = async (url: string, headers: Record<string, string>) => {
    const response = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(question()) })
    return [response.status, ((await response.json()) as { error?: { message: string } }).error?.message]
  }

  it('are all accepted, but one must be there', async () => {
    expect(await statusWith(model.url, { authorization: 'Bearer anything' })).toEqual([200, undefined])
    expect(await statusWith(model.url, { 'x-api-key': 'anything' })).toEqual([200, undefined])
    expect(await statusWith(model.url, {})).toEqual([401, 'x-api-key header is required'])
    expect(model.requests.length).toBe(3)
  })

  it.each([
    ['a set', new Set(['good'])],
    ['a rule', (token: string) => token === 'good'],
  ])('are refused when %s does not hold them, and cost no scripted reply', async (_, acceptToken) => {
    await using strict = await startEchoModel({ acceptToken })
    strict.script(apiErrors.overloaded())
    expect(await statusWith(strict.url, { authorization: 'Bearer bad' })).toEqual([401, 'invalid x-api-key'])
    expect(await statusWith(strict.url, { authorization: 'Bearer good' })).toEqual([529, 'Overloaded'])
  })
})
