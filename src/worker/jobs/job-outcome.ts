import type { TurnResult } from '../claude/claude-event.ts'
import type { ClaudeFailure } from '../claude/claude-failure.ts'
import type { CancelReason } from './job-cancelled-error.ts'

/** How a job ended, for logs and metrics. `returned` and `lost`: the router gives it to another worker. */
export const jobOutcomeNames = ['completed', 'failed', 'overloaded', 'cancelled', 'returned', 'lost'] as const
export type JobOutcomeName = (typeof jobOutcomeNames)[number]

/** What is known of every job that has run, however it ended. */
export interface JobFacts {
  readonly durationMs: number
  /** From the job's arrival to the first text, reasoning or tool call; undefined where there was none. */
  readonly firstTokenMs: number | undefined
  /** Something of the answer was passed on to the router. */
  readonly streamed: boolean
}

/** How running a job ended. `cancelled` carries what had been produced by then. */
export type JobOutcome = JobFacts &
  (
    | { readonly kind: 'completed'; readonly result: TurnResult }
    | { readonly kind: 'failed'; readonly failure: ClaudeFailure }
    | { readonly kind: 'cancelled'; readonly reason: CancelReason; readonly soFar: TurnResult | undefined }
  )

/** The outcome of a job that could not even be begun. */
export function notRun(failure: ClaudeFailure): JobOutcome {
  return { kind: 'failed', failure, durationMs: 0, firstTokenMs: undefined, streamed: false }
}
