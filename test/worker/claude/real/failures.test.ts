import { expect, it } from 'vitest'
import {
  apiErrors,
  type EchoRequest,
  Gate,
  type ReplySource,
  rateLimitHeaders,
} from '../../../../src/dev/echo-model.ts'
import { ClaudeFailure, type FailureClass } from '../../../../src/worker/claude/claude-failure.ts'
import { never, noLiveTools } from '../../../support/engine-on-trial.ts'
import { conversationOf } from '../../../support/model-request.ts'
import { describeReal, sharedEngine } from '../../../support/real-claude.ts'
import { offeredTool, turnFrom } from '../../../support/turn-from.ts'

const shared = sharedEngine()
const some = [{ type: 'text', text: 'so far' }] as const
const cut = (after: 'headers' | 'start' | 'chunks', by: 'cut' | { type: string; message: string } = 'cut') => ({
  blocks: some,
  interrupted: { after, by },
})
const limited = (facts: object) => ({
  ...apiErrors.rateLimited(),
  headers: rateLimitHeaders({ status: 'rejected', ...facts }),
})
const internal = apiErrors.internal().error
const reset = { connection: 'reset' } as const

interface Expected {
  readonly class: FailureClass
  readonly retryable: boolean
  readonly status?: number
  readonly message: string
  readonly details: string | RegExp
}

const overloaded = 'the model service is overloaded, try again later'
const failed = 'the model service failed'
const refused = 'the model service refused the request'
const busy = { class: 'overloaded', retryable: true, message: overloaded } as const
const broken = { class: 'server_error', retryable: true, message: failed } as const
const lost = { ...broken, details: /Connection to the API was lost/ } as const
const limit = { class: 'rate_limit', retryable: false, status: 429 } as const

/** How many features a request has that a gateway may not know. */
function optionalFeatures({ headers, body }: EchoRequest): number {
  const { display } = (body.thinking ?? {}) as { display?: string }
  return String(headers['anthropic-beta']).split(',').length + (display === undefined ? 0 : 1)
}

async function failureAfter(reply: ReplySource) {
  const { engine } = shared
  engine.model.always(reply)
  const failure = await engine.failureOf(turnFrom())
  if (!(failure instanceof ClaudeFailure)) throw failure
  return { failure, requests: engine.model.requests }
}

describeReal('a failure of the model’s service', () => {
  it.each<[string, ReplySource, Expected, number]>([
    [
      '403',
      apiErrors.forbidden(),
      {
        class: 'auth',
        retryable: false,
        status: 403,
        message: "Claude's credential was refused",
        details: /403 Your API key does not have permission/,
      },
      1,
    ],
    // The token may have been renewed since; Claude Code looks once more.
    [
      '401',
      apiErrors.unauthorized(),
      {
        class: 'auth',
        retryable: false,
        status: 401,
        message: "Claude's credential was refused",
        details: /Not logged in/,
      },
      2,
    ],
    // Claude Code tries once more without streaming; no switch stops it.
    [
      '404',
      apiErrors.noModel('claude-x'),
      {
        class: 'invalid_request',
        retryable: false,
        status: 404,
        message: `${refused}: There's an issue with the selected model (claude-sonnet-4-6). It may not exist or you may not have access to it. Run --model to pick a different model.`,
        details: /issue with the selected model/,
      },
      2,
    ],
    [
      '413',
      apiErrors.tooLarge(),
      {
        class: 'invalid_request',
        retryable: false,
        status: 413,
        message: expect.stringContaining(`${refused}: Request too large`) as never,
        details: /too large/,
      },
      1,
    ],
    [
      '400, too long',
      apiErrors.promptTooLong(),
      {
        class: 'context_overflow',
        retryable: false,
        status: 400,
        message: 'the conversation is too long for the model: Prompt is too long',
        details: 'Prompt is too long',
      },
      1,
    ],
    [
      '400, an image',
      apiErrors.badImage(),
      {
        class: 'invalid_request',
        retryable: false,
        status: 400,
        message: expect.stringContaining('an image in the conversation could not be processed') as never,
        details: /an image/,
      },
      1,
    ],
    [
      '400, no credit',
      apiErrors.noCredit(),
      {
        class: 'invalid_request',
        retryable: false,
        status: 400,
        message: `${refused}: Credit balance is too low`,
        details: 'Credit balance is too low',
      },
      1,
    ],
    ['429, a busy service', apiErrors.rateLimited(), { ...busy, status: 429, details: /not your usage limit/ }, 1],
    ['429, and no word about which limit', limited({}), { ...busy, status: 429, details: /not your usage limit/ }, 1],
    ['500', apiErrors.internal(), { ...broken, status: 500, details: /500 Internal server error/ }, 1],
    ['503', apiErrors.unavailable(), { ...busy, status: 503, details: /503 Service temporarily unavailable/ }, 1],
    ['529', apiErrors.overloaded(), { ...busy, status: 529, details: /529 Overloaded/ }, 1],
    ['no answer but a reset', reset, { ...broken, details: /Connection dropped/ }, 1],
    ['cut after the headers', cut('headers'), lost, 1],
    ['cut before the first word', cut('start'), lost, 1],
    ['cut after some words', cut('chunks'), lost, 1],
    [
      'overloaded after some words',
      cut('chunks', apiErrors.overloaded().error),
      { ...busy, status: 529, details: /Overloaded/ },
      1,
    ],
    ['an error before the first word', cut('start', internal), { ...broken, details: /Internal server error/ }, 1],
    ['an error after some words', cut('chunks', internal), { ...broken, details: /Internal server error/ }, 1],
  ])('is told as what it is, in Claude Code’s own words: %s', async (_, reply, expected, count) => {
    const { failure, requests } = await failureAfter(reply)
    const { class: kind, retryable, status, message, details } = failure
    expect({ class: kind, retryable, status, message, details }).toEqual({
      status: undefined,
      ...expected,
      details: typeof expected.details === 'string' ? expected.details : expect.stringMatching(expected.details),
    })
    expect(requests.length).toBe(count)
  })

  it.each<[string, ReplySource, Partial<Expected>]>([
    [
      'as it is',
      apiErrors.invalidRequest('messages.0: wrong'),
      { class: 'invalid_request', message: `${refused}: API Error: 400 messages.0: wrong` },
    ],
    [
      'of usage by other applications',
      apiErrors.thirdPartyUsage(),
      { class: 'third_party_usage', message: expect.stringContaining('draw from your extra usage') as never },
    ],
  ])(
    'that is a 400 %s is not retried; Claude Code leaves out what is optional, and nothing else',
    async (_, reply, expected) => {
      const { failure, requests } = await failureAfter(reply)
      expect(failure).toMatchObject({ ...expected, status: 400, retryable: false })
      // A feature that a gateway may not know, each time; a refusal costs nothing.
      expect(requests.length).toBeLessThanOrEqual(4)
      const optional = requests.map(optionalFeatures)
      expect(optional).toEqual(optional.toSorted((a, b) => b - a))
      expect(new Set(optional).size).toBe(optional.length)
      for (const { body } of requests) expect(conversationOf(body)).toEqual(conversationOf(requests[0]?.body ?? body))
    },
  )
})

describeReal('the subscription’s limit', () => {
  it('is told with its end from the service’s headers', async () => {
    const { failure, requests } = await failureAfter(limited({ resetsAtSeconds: 1_900_000_000, claim: 'five_hour' }))
    const rateLimit = { status: 'rejected', resetsAt: 1_900_000_000, window: 'five_hour', resetFrom: 'event' }
    const message = 'rate limit reached, resets at 2030-03-17T17:46:40.000Z'
    expect(failure).toMatchObject({
      ...limit,
      message,
      rateLimit,
      details: expect.stringMatching(/hit your 5-hour limit/),
    })
    expect(requests.length).toBe(1)
  })

  it('is told without an end where nobody said one', async () => {
    const { failure } = await failureAfter(limited({ claim: 'seven_day' }))
    expect(failure.class).toBe('rate_limit')
    expect(failure.rateLimit).toMatchObject({ status: 'rejected', resetsAt: undefined, resetFrom: 'unknown' })
    expect(failure.message).toBe('rate limit reached')
  })
})

describeReal('an answer that breaks off', () => {
  it('has told what it said before', async () => {
    const { engine } = shared
    const gate = new Gate()
    engine.model.script({ ...cut('chunks'), gate })
    const turn = turnFrom()
    using lease = await engine.pool.lease(turn)
    const events = lease.session.ask(turn, { callLiveTool: noLiveTools }, never)
    for (const text of ['so', ' far']) {
      gate.release()
      expect((await events.next()).value).toEqual({ type: 'text', text })
    }
    gate.release()
    await expect(events.next()).rejects.toMatchObject({ class: 'server_error', retryable: true })
    expect(lease.session.turns.soFar).toMatchObject({ text: 'so far', costUsd: undefined })
    expect(engine.model.requests.length).toBe(1)
  })

  it('fails in the second round of a turn as in the first', async () => {
    const { engine } = shared
    const call = { type: 'tool_use', name: 'mcp__auxot__fetch', input: {} } as const
    engine.model.script({ blocks: [{ type: 'text', text: 'Wait.' }, call] }, apiErrors.overloaded())
    const asked = engine.ask(turnFrom({ tools: { live: [offeredTool('fetch')] } }), async () => ({
      content: 'fetched',
      isError: false,
      images: [],
    }))
    await expect(asked).rejects.toMatchObject({ class: 'overloaded', status: 529 })
    expect(engine.model.requests.length).toBe(2)
  })
})

describeReal('a refusal of the model', () => {
  it.each<[string, readonly { type: 'text'; text: string }[]]>([
    ['with some words', some],
    ['without a word', []],
  ])('%s is an error, and is not asked again', async (_, blocks) => {
    const { failure, requests } = await failureAfter((_request: EchoRequest) => ({ blocks, stopReason: 'refusal' }))
    expect(failure).toMatchObject({ class: 'invalid_request', retryable: false })
    expect(failure.message).toMatch(/^the model service refused the request: API Error: .*can't help with this/)
    expect(requests.length).toBe(1)
  })
})
