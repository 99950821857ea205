import type { AuxotError } from '../shared/errors.ts'
import type { ExitName } from '../shared/exit-codes.ts'
import { CredentialRefusedError } from './credential-refused-error.ts'
import type { LeaveReason } from './departure.ts'
import type { Away } from './open-absence.ts'
import type { WorkerConfig } from './worker-config.ts'
import type { WorkerExit } from './worker-exit.ts'

/** What else decides how a worker leaves. */
export interface LeaveFacts {
  /** Set where work was not waited for. */
  readonly forced: ExitName | undefined
  /** What the worker ends with, where that is no request of anybody's. */
  readonly error: AuxotError | undefined
  readonly config: Pick<WorkerConfig, 'onAuthFailure' | 'claude'>
}

/** What leaving comes to: the worker's end, or a time away. Pure. */
export function planLeave(
  { kind, failure }: LeaveReason,
  { forced, error, config }: LeaveFacts,
): { readonly end: WorkerExit } | { readonly away: Away } {
  if (kind === 'stop') return { end: { exit: forced ?? error?.exit ?? 'done', error } }
  if (kind === 'auth_failed' && failure && config.onAuthFailure === 'exit') {
    const refused = new CredentialRefusedError(config.claude.credential, failure)
    return { end: { exit: refused.exit, error: refused } }
  }
  const resetsAt = failure?.rateLimit?.resetsAt
  return { away: { kind, untilMs: resetsAt && resetsAt * 1_000, reason: failure?.message ?? kind } }
}
