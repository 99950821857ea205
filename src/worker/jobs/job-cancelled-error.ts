import { AuxotError } from '../../shared/errors.ts'

/** Why a running job is stopped. Each reason is settled in its own way, so the list is closed. */
export type CancelReason =
  /** The router said `cancel`. */
  | 'cancelled-by-router'
  /** The whole job took too long. */
  | 'time-limit'
  /** Claude Code said nothing for too long. */
  | 'stalled'
  /** The connection that the job came on is gone. */
  | 'link-lost'
  /** The worker was told to leave, and the job did not end in time. */
  | 'drain-deadline'
  /** The worker was told to leave at once. */
  | 'stop-forced'

const sentences: Readonly<Record<CancelReason, string>> = {
  'cancelled-by-router': 'The router cancelled the job.',
  'time-limit': 'The job reached its time limit.',
  stalled: 'Claude Code said nothing for too long.',
  'link-lost': 'The connection that the job came on was lost.',
  'drain-deadline': 'The worker is leaving and the job did not end in time.',
  'stop-forced': 'The worker was told to leave at once.',
}

/** What the signal of a cancelled job is aborted with. */
export class JobCancelledError extends AuxotError {
  readonly jobId: string
  readonly reason: CancelReason

  constructor(jobId: string, reason: CancelReason) {
    super(sentences[reason], { code: 'JOB_CANCELLED', exit: reason === 'drain-deadline' ? 'drainDeadline' : 'bug' })
    this.jobId = jobId
    this.reason = reason
  }
}
