/** A step of a job on its way to a worker and back. */
export interface JobMove {
  readonly kind: JobMoveKind
  readonly jobId: string
  /** The worker's id, also where the worker itself is gone. */
  readonly worker: string
  /** When it happened, by the router's clock. */
  readonly atMs: number
}

type JobMoveKind =
  /** The job was sent to the worker. */
  | 'given'
  /** The worker is gone and had not finished the job. */
  | 'lost'
  /** The reader that the worker left behind took the job and dropped it. */
  | 'swallowed'
  /** A job of somebody who is gone was put aside for this worker, which gets it when its reader looks the next time. */
  | 'collected'
