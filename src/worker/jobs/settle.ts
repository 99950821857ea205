import type { WorkerMessage } from '../../protocol/worker-messages.ts'
import type { RateLimit } from '../claude/claude-event.ts'
import { ClaudeFailure } from '../claude/claude-failure.ts'
import type { JobOutcome, JobOutcomeName } from './job-outcome.ts'
import { completeFrom, errorFrom } from './reports.ts'

/** What follows from a job's end for the worker itself. */
export type Consequence = { readonly kind: 'rate_limited' | 'auth_failed'; readonly failure: ClaudeFailure }

/** What a job's end means: one tail for every ending. */
export interface Settlement {
  /** The job's last message; undefined where nothing more is sent for it. */
  readonly message: WorkerMessage | undefined
  readonly name: JobOutcomeName
  readonly failure: ClaudeFailure | undefined
  readonly consequence: Consequence | undefined
}

export interface SettleFacts {
  readonly jobId: string
  readonly coordinator: boolean
  readonly onRateLimit: 'error' | 'requeue'
  readonly rateLimit: RateLimit | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * The settlement of an outcome. Pure. A job of which nothing was passed on may be left to the router, which gives it to
 * another worker once this one's connection is closed; one that was begun gets an honest error, never half an answer as a whole one.
 */
export function settlementOf(outcome: JobOutcome, facts: SettleFacts): Settlement {
  switch (outcome.kind) {
    case 'completed':
      return settled(
        'completed',
        completeFrom(facts.jobId, outcome.result, { ...facts, durationMs: outcome.durationMs }),
      )
    case 'failed':
      return ofFailure(outcome.failure, outcome.streamed, facts)
    case 'cancelled':
      return ofCancel(outcome, facts)
  }
}

function ofFailure(failure: ClaudeFailure, streamed: boolean, facts: SettleFacts): Settlement {
  const message = errorFrom(facts.jobId, failure, { ...facts, streamed })
  const name: JobOutcomeName =
    message === undefined ? 'returned' : message.type === 'job.overload' ? 'overloaded' : 'failed'
  return { message, name, failure, consequence: consequenceOf(failure) }
}

function consequenceOf(failure: ClaudeFailure): Consequence | undefined {
  if (failure.class === 'rate_limit') return { kind: 'rate_limited', failure }
  return failure.class === 'auth' ? { kind: 'auth_failed', failure } : undefined
}

function ofCancel(outcome: JobOutcome & { kind: 'cancelled' }, facts: SettleFacts): Settlement {
  const { reason, streamed, soFar, durationMs } = outcome
  if (reason === 'link-lost') return settled('lost', undefined)
  if (reason === 'cancelled-by-router') {
    return settled(
      'cancelled',
      streamed && soFar ? completeFrom(facts.jobId, soFar, { ...facts, durationMs }) : undefined,
    )
  }
  if (!streamed) return settled('returned', undefined)
  const failure = new ClaudeFailure('the worker was stopped before the answer was complete', { class: 'crashed' })
  return { ...settled('failed', errorFrom(facts.jobId, failure, { ...facts, streamed })), failure }
}

function settled(name: JobOutcomeName, message: WorkerMessage | undefined): Settlement {
  return { name, message, failure: undefined, consequence: undefined }
}
