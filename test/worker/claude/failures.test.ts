import { describe, expect, it } from 'vitest'
import type { FailureClass } from '../../../src/worker/claude/claude-failure.ts'
import { failureOfExit, failureOfTurn, rateLimitFrom, rateLimitSentence } from '../../../src/worker/claude/failures.ts'
import type { AssistantFrame, ResultFrame } from '../../../src/worker/claude/frames.ts'

interface Ending extends Partial<ResultFrame> {
  /** Claude Code's own words. */
  readonly words?: string
  /** The class that its message names. */
  readonly error?: string
  readonly notice?: Partial<AssistantFrame>
}

function failureAfter({ words, error, notice, ...result }: Ending, rateLimit?: ReturnType<typeof rateLimitFrom>) {
  const frame: ResultFrame = { type: 'result', subtype: 'success', is_error: true, ...result }
  const content = words === undefined ? [] : [{ type: 'text', text: words }]
  const said: AssistantFrame = { type: 'assistant', message: { model: '<synthetic>', content }, ...notice }
  const named = error === undefined ? said : { ...said, error }
  return failureOfTurn({ result: frame, notice: words || error || notice ? named : undefined, rateLimit }, noon)
}

const noon = Date.UTC(2026, 10, 23, 12, 0, 0)
const seconds = (time: string) => Date.parse(time) / 1_000

describe('the class of a failure', () => {
  const thirdParty = 'API Error: 400 This credential is only authorized for use with Claude Code and cannot be used'
  const apps = 'API Error: 400 Third-party apps now draw from your extra usage, not your plan limits.'
  it.each<[string, Ending, FailureClass, boolean]>([
    ['401', { api_error_status: 401, words: 'Not logged in', error: 'authentication_failed' }, 'auth', false],
    ['401, not named', { api_error_status: 401, words: 'invalid x-api-key' }, 'auth', false],
    ['403', { api_error_status: 403, words: 'Failed to authenticate. API Error: 403' }, 'auth', false],
    ['no credential at all', { words: 'Not logged in · Please run /login' }, 'auth', false],
    ['no credential, by name', { error: 'authentication_failed' }, 'auth', false],
    ['404', { api_error_status: 404, words: "There's an issue with the selected model" }, 'invalid_request', false],
    [
      '413',
      { api_error_status: 413, words: 'Request too large', terminal_reason: 'image_error' },
      'invalid_request',
      false,
    ],
    ['400', { api_error_status: 400, words: 'API Error: 400 messages.0: wrong' }, 'invalid_request', false],
    ['400 about an image', { api_error_status: 400, terminal_reason: 'image_error' }, 'invalid_request', false],
    ['an image that is refused here', { terminal_reason: 'image_error' }, 'invalid_request', false],
    [
      '400 about credit',
      { api_error_status: 400, error: 'billing_error', words: 'Credit balance is too low' },
      'invalid_request',
      false,
    ],
    ['400 about other applications', { api_error_status: 400, words: thirdParty }, 'third_party_usage', false],
    ['400 about usage of apps', { api_error_status: 400, words: apps }, 'third_party_usage', false],
    ['400 too long', { api_error_status: 400, terminal_reason: 'prompt_too_long' }, 'context_overflow', false],
    [
      'too long, seen here',
      { terminal_reason: 'blocking_limit', words: 'Prompt is too long' },
      'context_overflow',
      false,
    ],
    [
      '429 without a limit',
      { api_error_status: 429, words: 'Server is temporarily limiting requests' },
      'overloaded',
      true,
    ],
    ['429 of the plan', { api_error_status: 429, api_error: 'usage_limit_reached' }, 'rate_limit', false],
    [
      '429 of the plan, in the words',
      { api_error_status: 429, notice: { api_error: 'usage_limit_reached' } },
      'rate_limit',
      false,
    ],
    ['500', { api_error_status: 500, words: 'API Error: 500 Internal server error.' }, 'server_error', true],
    ['503', { api_error_status: 503, words: 'API Error: 503 Service temporarily unavailable.' }, 'overloaded', true],
    ['529', { api_error_status: 529, words: 'API Error: 529 Overloaded.' }, 'overloaded', true],
    ['an error event in the stream', { words: 'API Error: Overloaded' }, 'overloaded', true],
    ['another error event in the stream', { words: 'API Error: Internal server error' }, 'server_error', true],
    [
      'no connection',
      { api_error_status: null, words: 'API Error: Connection refused (ECONNREFUSED).' },
      'server_error',
      true,
    ],
    ['a cut connection', { api_error_status: null, words: 'Connection to the API was lost' }, 'server_error', true],
    ['a time-out', { api_error_status: null, words: 'Request timed out' }, 'server_error', true],
    ['an idle stream', { words: 'Stream idle timeout' }, 'server_error', true],
    [
      'a refusal',
      { stop_reason: 'refusal', words: "API Error: Sonnet can't help with this." },
      'invalid_request',
      false,
    ],
    ['nothing known', {}, 'server_error', true],
    ['an error of Claude Code', { subtype: 'error_during_execution', errors: ['it', 'broke'] }, 'server_error', true],
  ])('of %s', (_, ending, kind, retryable) => {
    const failure = failureAfter(ending)
    expect({ class: failure.class, retryable: failure.retryable }).toEqual({ class: kind, retryable })
    expect(failure.status).toBe(ending.api_error_status ?? undefined)
  })

  it('is read from the status of Claude Code’s own message where the last frame has none', () => {
    expect(failureAfter({ notice: { api_error_status: 529 } })).toMatchObject({ class: 'overloaded', status: 529 })
  })

  it('counts a rejection by the limit’s own headers as the plan’s limit, and one without them as a busy service', () => {
    const limited = (info: object) => failureAfter({ api_error_status: 429 }, rateLimitFrom(info)).class
    expect(limited({ status: 'rejected', resetsAt: 1_900_000_000 })).toBe('rate_limit')
    expect(limited({ status: 'rejected', rateLimitType: 'seven_day' })).toBe('rate_limit')
    expect(limited({ status: 'rejected' })).toBe('overloaded')
    expect(limited({ status: 'allowed_warning', resetsAt: 1_900_000_000 })).toBe('overloaded')
  })
})

describe('what the caller of the API reads', () => {
  it('is a sentence, with the service’s own words where the request is at fault', () => {
    expect(failureAfter({ api_error_status: 400, words: 'messages.0: wrong' }).message).toBe(
      'the model service refused the request: messages.0: wrong',
    )
    expect(failureAfter({ api_error_status: 500, words: 'API Error: 500' }).message).toBe('the model service failed')
    expect(failureAfter({ api_error_status: 400 }).message).toBe('the model service refused the request')
  })

  it.each<[string, Ending, string]>([
    [
      'Claude Code’s message',
      { words: 'said', result: 'result', errors: ['error'], terminal_reason: 'reason' },
      'said',
    ],
    ['else the result', { result: 'result', errors: ['error'], terminal_reason: 'reason' }, 'result'],
    ['else the errors', { errors: ['one', 'two'], terminal_reason: 'reason' }, 'one; two'],
    ['else the reason', { terminal_reason: 'reason' }, 'reason'],
    ['else nothing', {}, ''],
  ])('has details from %s', (_, ending, details) => {
    expect(failureAfter(ending).details).toBe(details)
  })
})

describe('the time at which a limit ends', () => {
  const limit = { api_error_status: 429, api_error: 'usage_limit_reached' }
  const words = "You've hit your 5-hour limit · resets 5:28pm (UTC)"

  it('is the event’s own, whatever the words say', () => {
    const info = { status: 'rejected', resetsAt: 1_900_000_000, rateLimitType: 'five_hour' }
    const failure = failureAfter({ ...limit, words }, rateLimitFrom(info))
    expect(failure.rateLimit).toEqual({
      status: 'rejected',
      resetsAt: 1_900_000_000,
      resetFrom: 'event',
      window: 'five_hour',
    })
    expect(failure.message).toBe('rate limit reached, resets at 2030-03-17T17:46:40.000Z')
  })

  it.each<[string, string]>([
    ['resets 5:28pm (UTC)', '2026-11-23T17:28:00Z'],
    ['resets 5pm (UTC)', '2026-11-23T17:00:00Z'],
    ['resets 12am (UTC)', '2026-11-24T00:00:00Z'],
    ['resets 12:30pm (UTC)', '2026-11-23T12:30:00Z'],
    ['resets 11:59 am (UTC)', '2026-11-24T11:59:00Z'],
    ['resets 12pm (UTC)', '2026-11-24T12:00:00Z'],
  ])('is else the next such moment that the words name: %s', (stated, time) => {
    const failure = failureAfter({ ...limit, words: `You've hit your limit · ${stated}` })
    expect(failure.rateLimit).toEqual({ status: 'rejected', resetsAt: seconds(time), resetFrom: 'words' })
  })

  it.each(['resets 5pm (Europe/Berlin)', 'resets Nov 30, 5pm (UTC)', 'resets soon', 'limit reached'])(
    'is never guessed: %s',
    (stated) => {
      const failure = failureAfter({ ...limit, words: stated })
      expect(failure.rateLimit).toEqual({ status: 'rejected', resetFrom: 'unknown' })
      expect(failure.message).toBe('rate limit reached')
    },
  )

  it('is not told of other failures', () => {
    expect(failureAfter({ api_error_status: 500, words }).rateLimit).toBeUndefined()
  })

  it('has a sentence with and without it', () => {
    expect(rateLimitSentence(undefined)).toBe('rate limit reached')
    expect(rateLimitSentence({ status: 'rejected', resetsAt: 0 })).toBe(
      'rate limit reached, resets at 1970-01-01T00:00:00.000Z',
    )
  })
})

describe('an event about the limit', () => {
  it.each([
    ['allowed', 'allowed'],
    ['allowed_warning', 'allowed_warning'],
    ['rejected', 'rejected'],
    ['something newer', 'allowed'],
    [undefined, 'allowed'],
  ])('%s is read as %s', (status, read) => {
    expect(rateLimitFrom({ ...(status && { status }) }).status).toBe(read)
  })
})

describe('the end of the process in the middle of a turn', () => {
  it.each([
    [{ code: 1, signal: undefined, words: '' }, 'exit code 1'],
    [{ code: 1, signal: undefined, words: 'error: unknown option' }, 'exit code 1: error: unknown option'],
    [{ code: undefined, signal: 'SIGKILL', words: 'oom' }, 'signal SIGKILL: oom'],
    [{ code: undefined, signal: undefined, words: 'spawn ENOENT' }, 'exit code unknown: spawn ENOENT'],
  ])('%o', (exit, details) => {
    const failure = failureOfExit(exit)
    expect(failure).toMatchObject({
      message: 'Claude Code ended unexpectedly',
      class: 'crashed',
      details,
      retryable: true,
    })
  })
})
