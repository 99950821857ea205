import { describe, expect, it } from 'vitest'
import type { TurnResult } from '../../../src/worker/claude/claude-event.ts'
import { ClaudeFailure, type FailureClass, failureClasses } from '../../../src/worker/claude/claude-failure.ts'
import type { CancelReason } from '../../../src/worker/jobs/job-cancelled-error.ts'
import type { JobOutcome } from '../../../src/worker/jobs/job-outcome.ts'
import { type SettleFacts, settlementOf } from '../../../src/worker/jobs/settle.ts'

const result: TurnResult = {
  text: 'Hello',
  textBeforeTools: 'Hello',
  textAfterTools: '',
  reasoning: '',
  toolCalls: [],
  toolUses: [],
  usage: { inputTokens: 10, cacheTokens: 4, outputTokens: 2 },
  costUsd: 0.25,
  sessionId: 'session',
  stopReason: 'end_turn',
}
const facts: SettleFacts = {
  jobId: 'j',
  coordinator: false,
  onRateLimit: 'error',
  rateLimit: undefined,
  now: 1_800_000_000_000,
}
const ran = { durationMs: 1_234.4, firstTokenMs: 100 }

function failed(kind: FailureClass, streamed: boolean): JobOutcome {
  const rateLimit = kind === 'rate_limit' ? ({ status: 'rejected', resetsAt: 1_800_000_060 } as const) : undefined
  const failure = new ClaudeFailure('it failed', { class: kind, details: 'in its own words', rateLimit })
  return { kind: 'failed', failure, streamed, ...ran }
}

function cancelled(reason: CancelReason, soFar?: TurnResult): JobOutcome {
  return { kind: 'cancelled', reason, soFar, streamed: soFar !== undefined, ...ran }
}

describe('settling a job', () => {
  it('completes one that was answered', () => {
    const outcome: JobOutcome = { kind: 'completed', result, streamed: true, ...ran }
    expect(
      settlementOf(outcome, { ...facts, rateLimit: { status: 'allowed_warning', resetsAt: 1, window: 'w' } }),
    ).toEqual({
      name: 'completed',
      message: {
        type: 'complete',
        job_id: 'j',
        full_response: 'Hello',
        duration_ms: 1_234,
        cache_tokens: 4,
        input_tokens: 10,
        output_tokens: 2,
        total_cost_usd: 0.25,
        provider_session_id: 'session',
        rate_limit_status: 'allowed_warning',
        rate_limit_resets_at: 1,
        rate_limit_type: 'w',
      },
      failure: undefined,
      consequence: undefined,
    })
  })

  const ordinary = failureClasses.filter((kind) => kind !== 'rate_limit')
  it.each(ordinary.flatMap((kind) => [[kind, true] as const, [kind, false] as const]))(
    'ends one that failed with an error: %s, streamed: %s',
    (kind, streamed) => {
      const outcome = failed(kind, streamed)
      const settlement = settlementOf(outcome, facts)
      expect(settlement).toMatchObject({
        name: 'failed',
        message: { type: 'error', job_id: 'j', error: 'it failed', details: 'in its own words' },
        failure: { class: kind },
      })
      expect(settlement.consequence?.kind).toBe(kind === 'auth' ? 'auth_failed' : undefined)
    },
  )

  const limit = 'rate limit reached, resets at 2027-01-15T08:01:00.000Z'
  const sent = { type: 'error', job_id: 'j', error: limit, details: 'in its own words' }
  const overload = {
    type: 'job.overload',
    job_id: 'j',
    retry_after_secs: 60,
    rate_limit_status: 'rejected',
    rate_limit_resets_at: 1_800_000_060,
  }
  it.each([
    { coordinator: false, onRateLimit: 'error', streamed: false, name: 'failed', message: sent },
    { coordinator: false, onRateLimit: 'error', streamed: true, name: 'failed', message: sent },
    { coordinator: false, onRateLimit: 'requeue', streamed: false, name: 'returned', message: undefined },
    { coordinator: false, onRateLimit: 'requeue', streamed: true, name: 'failed', message: sent },
    { coordinator: true, onRateLimit: 'error', streamed: false, name: 'overloaded', message: overload },
    { coordinator: true, onRateLimit: 'requeue', streamed: false, name: 'overloaded', message: overload },
    { coordinator: true, onRateLimit: 'error', streamed: true, name: 'failed', message: sent },
  ] as const)(
    'lets the worker go at a rate limit: coordinator $coordinator, $onRateLimit, streamed $streamed → $name',
    ({ coordinator, onRateLimit, streamed, name, message }) => {
      const settlement = settlementOf(failed('rate_limit', streamed), { ...facts, coordinator, onRateLimit })
      expect(settlement).toMatchObject({ name, consequence: { kind: 'rate_limited' } })
      expect(settlement.message).toEqual(message)
    },
  )

  it('brings what a cancelled one had said, and nothing where it had said nothing', () => {
    const withText = settlementOf(cancelled('cancelled-by-router', result), facts)
    expect(withText).toMatchObject({ name: 'cancelled', message: { type: 'complete', full_response: 'Hello' } })
    const without = settlementOf(cancelled('cancelled-by-router'), facts)
    expect(without).toMatchObject({ name: 'cancelled', message: undefined })
  })

  it.each(['stop-forced', 'drain-deadline'] as const)(
    'gives back one that was stopped before it said anything: %s',
    (reason) => {
      expect(settlementOf(cancelled(reason), facts)).toEqual({
        name: 'returned',
        message: undefined,
        failure: undefined,
        consequence: undefined,
      })
    },
  )

  it.each(['stop-forced', 'drain-deadline'] as const)('is honest about one that was stopped half-way: %s', (reason) => {
    expect(settlementOf(cancelled(reason, result), facts)).toMatchObject({
      name: 'failed',
      message: { type: 'error', job_id: 'j', error: 'the worker was stopped before the answer was complete' },
    })
  })

  it.each([result, undefined])('says nothing about one whose connection is gone', (soFar) => {
    expect(settlementOf(cancelled('link-lost', soFar), facts)).toMatchObject({ name: 'lost', message: undefined })
  })
})
