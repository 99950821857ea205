import assert from 'node:assert/strict'
import { type CancelReason, JobCancelledError } from './job-cancelled-error.ts'

/** A job that has begun and whose end is not yet settled. */
export interface RunningJob<Connection> {
  readonly jobId: string
  /** The connection it came on, and the only one its messages may go out on. */
  readonly connection: Connection
  /** Aborts with a JobCancelledError. */
  readonly signal: AbortSignal
}

/** The jobs of a worker, and the one door through which they are stopped. */
export class RunningJobs<Connection = unknown> {
  readonly #jobs = new Map<string, { readonly job: RunningJob<Connection>; readonly abort: AbortController }>()
  #whenEmpty: PromiseWithResolvers<void> | undefined

  get size(): number {
    return this.#jobs.size
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId)
  }

  /** Whether the job is running, and came on this connection. */
  isOn(jobId: string, connection: Connection): boolean {
    return this.#jobs.get(jobId)?.job.connection === connection
  }

  /** Enters a job. The same one must not be running: its slot sees to that. */
  start(jobId: string, connection: Connection): RunningJob<Connection> {
    assert(!this.#jobs.has(jobId), `the job ${jobId} is already running`)
    const abort = new AbortController()
    const job = { jobId, connection, signal: abort.signal }
    this.#jobs.set(jobId, { job, abort })
    return job
  }

  /** Stops a job. The first reason wins. False when it is not running or was cancelled before. */
  cancel(jobId: string, reason: CancelReason): boolean {
    const running = this.#jobs.get(jobId)
    if (!running || running.abort.signal.aborted) return false
    running.abort.abort(new JobCancelledError(jobId, reason))
    return true
  }

  /** Stops all jobs, or those that the filter picks. */
  cancelAll(reason: CancelReason, filter: (job: RunningJob<Connection>) => boolean = () => true): void {
    for (const { job } of [...this.#jobs.values()]) {
      if (filter(job)) this.cancel(job.jobId, reason)
    }
  }

  /** Takes a job out once everything about it is settled. Harmless twice. */
  finished(jobId: string): void {
    this.#jobs.delete(jobId)
    if (this.#jobs.size > 0) return
    this.#whenEmpty?.resolve()
    this.#whenEmpty = undefined
  }

  /** Resolves as soon as no job is running, at once when none is. */
  whenEmpty(): Promise<void> {
    if (this.#jobs.size === 0) return Promise.resolve()
    this.#whenEmpty ??= Promise.withResolvers<void>()
    return this.#whenEmpty.promise
  }
}
