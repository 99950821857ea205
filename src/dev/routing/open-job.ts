import type { SentJob } from '../../protocol/job.ts'
import type { SentRouterMessage } from '../../protocol/router-messages.ts'
import { OpenHandle } from './job-handle.ts'

/** A worker as the job board sees it: somebody with slots who can be sent a job. */
export interface JobTaker {
  readonly id: string
  readonly slots: number
  /** Ids of the jobs that fill its slots; the board alone changes it. */
  readonly running: Set<string>
  send(message: SentRouterMessage): void
}

/** A job that has not ended. */
export class OpenJob {
  readonly job: SentJob
  readonly handle: OpenHandle
  /** Place in the line, kept when the job comes back. */
  readonly order: number
  /** Workers that said they cannot run it now. */
  readonly avoids = new Set<string>()
  /** Who runs it, while somebody does. */
  taker: JobTaker | undefined
  /** Whether its present worker has produced something. */
  streamed = false
  cancelled = false

  constructor(job: SentJob, order: number) {
    this.job = job
    this.handle = new OpenHandle(job.job_id)
    this.order = order
  }

  get id(): string {
    return this.job.job_id
  }

  /** Fills one of the worker's slots. */
  occupy(taker: JobTaker): void {
    this.taker = taker
    this.streamed = false
    taker.running.add(this.id)
  }

  /** Gives the slot back. */
  vacate(): void {
    this.taker?.running.delete(this.id)
    this.taker = undefined
  }

  canRunOn({ id, slots, running }: JobTaker): boolean {
    return running.size < slots && !this.avoids.has(id)
  }
}
