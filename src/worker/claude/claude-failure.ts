import { AuxotError } from '../../shared/errors.ts'
import type { RateLimit } from './claude-event.ts'

/** Why a turn failed, in classes that a caller or the worker can act on. */
export const failureClasses = [
  /** The subscription's limit is reached. */
  'rate_limit',
  /** The model service is busy (429 without a limit, 529, 503). */
  'overloaded',
  /** The model service had an error of its own (5xx), or the connection to it was lost. */
  'server_error',
  /** Claude's credential was refused. */
  'auth',
  'context_overflow',
  'invalid_request',
  /** The 400 about usage by other applications: not retried, said as it is. */
  'third_party_usage',
  /** Claude Code said nothing for too long. */
  'stalled',
  /** The job's own time limit. */
  'time_limit',
  /** Claude Code ended, or could not be started. */
  'crashed',
] as const
export type FailureClass = (typeof failureClasses)[number]

export interface FailureFacts {
  readonly class: FailureClass
  /** Claude Code's own wording, or what was seen of it. */
  readonly details?: string | undefined
  /** HTTP status of the model service, where there was one. */
  readonly status?: number | undefined
  /** Worth another try with nothing changed. */
  readonly transient?: boolean
  readonly rateLimit?: RateLimit | undefined
  readonly cause?: unknown
}

/** A turn that failed. The message is what the API caller reads. */
export class ClaudeFailure extends AuxotError {
  readonly class: FailureClass
  readonly details: string | undefined
  readonly status: number | undefined
  readonly rateLimit: RateLimit | undefined

  constructor(message: string, facts: FailureFacts) {
    super(message, {
      code: `CLAUDE_${facts.class.toUpperCase()}`,
      exit: 'bug',
      retryable: facts.transient ?? false,
      cause: facts.cause,
    })
    this.class = facts.class
    this.details = facts.details
    this.status = facts.status
    this.rateLimit = facts.rateLimit
  }
}
