import { describe, expect, it } from 'vitest'
import { decodeWorkerMessage, encodeWorkerMessage } from '../../../src/protocol/codec.ts'
import type { WorkerMessage } from '../../../src/protocol/worker-messages.ts'
import type { ClaudeEvent, RateLimit, TurnResult } from '../../../src/worker/claude/claude-event.ts'
import { ClaudeFailure, failureClasses } from '../../../src/worker/claude/claude-failure.ts'
import { completeFrom, errorFrom, messageFrom } from '../../../src/worker/jobs/reports.ts'

/** What is left of a message on the wire: no undefined, nothing a router could not read. */
function onTheWire(message: WorkerMessage | undefined): unknown {
  if (!message) return undefined
  const text = encodeWorkerMessage(message)
  expect(decodeWorkerMessage(text).kind).toBe('message')
  return JSON.parse(text)
}

const result: TurnResult = {
  text: 'Hello',
  textBeforeTools: 'Hello',
  textAfterTools: '',
  reasoning: '',
  toolCalls: [],
  toolUses: [],
  usage: { inputTokens: 100, cacheTokens: 80, outputTokens: 7 },
  costUsd: 0.01,
  sessionId: 'session-1',
  stopReason: 'end_turn',
}
const toolUse = { id: 't1', name: 'Bash', arguments: '{"command":"ls"}', result: 'a b' }

describe('messages while a job runs', () => {
  it.each<[ClaudeEvent, object | undefined]>([
    [
      { type: 'text', text: 'Hi' },
      { type: 'token', job_id: 'j', token: 'Hi' },
    ],
    [{ type: 'text', text: '' }, undefined],
    [
      { type: 'reasoning', text: 'Hm' },
      { type: 'token', job_id: 'j', token: 'Hm', reasoning: true },
    ],
    [{ type: 'reasoning', text: '' }, undefined],
    [{ type: 'tool_generating' }, { type: 'tool_generating', job_id: 'j' }],
    [
      { type: 'tool_started', id: 't1', name: 'Bash', arguments: '{}' },
      { type: 'builtin_tool', job_id: 'j', id: 't1', name: 'Bash', arguments: '{}', result: '' },
    ],
    [
      { type: 'tool_ended', ...toolUse },
      { type: 'builtin_tool', job_id: 'j', ...toolUse },
    ],
    [{ type: 'rate_limit', rateLimit: { status: 'allowed' } }, undefined],
    [{ type: 'result', result }, undefined],
  ])('are, for %j, %j', (event, message) => {
    expect(onTheWire(messageFrom('j', event))).toEqual(message)
  })
})

describe('the good end of a job', () => {
  const facts = { durationMs: 1_234.56, coordinator: false }
  const numbers = {
    duration_ms: 1_235,
    cache_tokens: 80,
    input_tokens: 100,
    output_tokens: 7,
    total_cost_usd: 0.01,
    provider_session_id: 'session-1',
  }

  it('holds text and counts, and leaves out what there is not', () => {
    expect(onTheWire(completeFrom('j', result, facts))).toEqual({
      type: 'complete',
      job_id: 'j',
      full_response: 'Hello',
      ...numbers,
    })
  })

  it('holds no cost and no session that nobody told', () => {
    const { total_cost_usd: _, provider_session_id: __, ...told } = numbers
    const untold = { ...result, costUsd: undefined, sessionId: '' }
    expect(onTheWire(completeFrom('j', untold, facts))).toEqual({
      type: 'complete',
      job_id: 'j',
      full_response: 'Hello',
      ...told,
    })
  })

  it('holds reasoning, tool calls, tool uses and the limit', () => {
    const rateLimit: RateLimit = { status: 'allowed_warning', resetsAt: 1_790_000_000.4, window: 'five_hour' }
    const full: TurnResult = {
      ...result,
      reasoning: 'Hm',
      toolCalls: [{ id: 'c1', name: 'get.weather', input: { city: 'Bern' } }],
      toolUses: [toolUse],
    }
    expect(onTheWire(completeFrom('j', full, { ...facts, rateLimit }))).toEqual({
      type: 'complete',
      job_id: 'j',
      full_response: 'Hello',
      reasoning_content: 'Hm',
      ...numbers,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get.weather', arguments: '{"city":"Bern"}' } }],
      builtin_tool_uses: [toolUse],
      rate_limit_status: 'allowed_warning',
      rate_limit_resets_at: 1_790_000_000,
      rate_limit_type: 'five_hour',
    })
  })

  describe('splits the text', () => {
    const withTools: TurnResult = {
      ...result,
      text: 'First. Between. Last.',
      textBeforeTools: 'First. ',
      textAfterTools: 'Last.',
      toolUses: [toolUse],
    }
    const calls = [{ id: 'c1', name: 'look', input: {} }]

    it.each<[string, boolean, TurnResult, object]>([
      ['for no plain job', false, withTools, { full_response: 'First. Between. Last.' }],
      ['for a coordinator', true, withTools, { full_response: 'First. ', post_tool_content: 'Last.' }],
      [
        'for a coordinator whose job ends with a call',
        true,
        { ...result, text: 'First. ', textBeforeTools: 'First. ', toolCalls: calls },
        { full_response: 'First. ' },
      ],
      ['for no job without tools', true, { ...result, textBeforeTools: '' }, { full_response: 'Hello' }],
    ])('%s', (_, coordinator, turnResult, texts) => {
      const { full_response, post_tool_content } = completeFrom('j', turnResult, { ...facts, coordinator })
      expect(JSON.parse(JSON.stringify({ full_response, post_tool_content }))).toEqual(texts)
    })
  })
})

describe('the bad end of a job', () => {
  const plain = { onRateLimit: 'error', coordinator: false, streamed: false } as const
  const resetsAt = 1_790_000_000
  const limited = (rateLimit?: RateLimit) =>
    new ClaudeFailure("You've hit your limit", { class: 'rate_limit', details: 'limit details', rateLimit })
  const known = limited({ status: 'rejected', resetsAt, window: 'five_hour' })

  it.each(failureClasses.filter((name) => name !== 'rate_limit'))('is an error for %s, whoever asked', (name) => {
    const failure = new ClaudeFailure('It failed', { class: name, details: 'API Error: …' })
    const message = { type: 'error', job_id: 'j', error: 'It failed', details: 'API Error: …' }
    for (const facts of [plain, { onRateLimit: 'requeue', coordinator: true, streamed: true } as const]) {
      expect(onTheWire(errorFrom('j', failure, facts))).toEqual(message)
    }
  })

  it('has no details where there are none', () => {
    const failure = new ClaudeFailure('It failed', { class: 'crashed', details: '' })
    expect(onTheWire(errorFrom('j', failure, plain))).toEqual({ type: 'error', job_id: 'j', error: 'It failed' })
  })

  const limitError = (error: string) => ({ type: 'error', job_id: 'j', error, details: 'limit details' })
  const withReset = limitError('rate limit reached, resets at 2026-09-21T14:13:20.000Z')

  it.each([
    ['the time that the service named', { status: 'rejected', resetsAt } as const, withReset],
    ['no time where none was named', { status: 'rejected' } as const, limitError('rate limit reached')],
    ['no time where nothing was told', undefined, limitError('rate limit reached')],
    ['no time that is none', { status: 'rejected', resetsAt: 1e18 } as const, limitError('rate limit reached')],
  ])('names, at a rate limit, %s', (_, rateLimit, message) => {
    expect(onTheWire(errorFrom('j', limited(rateLimit), plain))).toEqual(message)
  })

  it('is nothing for a plain job that shall go back to the router', () => {
    expect(errorFrom('j', known, { ...plain, onRateLimit: 'requeue' })).toBeUndefined()
  })

  it.each([true, false])('is an error at a rate limit once something was streamed (coordinator: %s)', (coordinator) => {
    const facts = { onRateLimit: 'requeue', coordinator, streamed: true } as const
    expect(onTheWire(errorFrom('j', known, facts))).toEqual(withReset)
  })

  it.each(['error', 'requeue'] as const)('is an overload for a coordinator at a rate limit (%s)', (onRateLimit) => {
    const facts = { onRateLimit, coordinator: true, streamed: false } as const
    const overload = {
      type: 'job.overload',
      job_id: 'j',
      rate_limit_status: 'rejected',
      rate_limit_resets_at: resetsAt,
      rate_limit_type: 'five_hour',
    }
    expect(onTheWire(errorFrom('j', known, facts))).toEqual(overload)
    const now = (resetsAt - 90.5) * 1_000
    expect(onTheWire(errorFrom('j', known, { ...facts, now }))).toEqual({ ...overload, retry_after_secs: 91 })
    const late = (resetsAt + 5) * 1_000
    expect(onTheWire(errorFrom('j', known, { ...facts, now: late }))).toEqual({ ...overload, retry_after_secs: 0 })
  })

  it('is an overload without a time where nobody named one', () => {
    const facts = { ...plain, coordinator: true, now: 0 }
    expect(onTheWire(errorFrom('j', limited(), facts))).toEqual({
      type: 'job.overload',
      job_id: 'j',
      rate_limit_status: 'rejected',
    })
  })
})
