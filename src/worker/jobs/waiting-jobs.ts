import type { Job } from '../../protocol/job.ts'
import type { RouterConnection } from '../link/link-handlers.ts'
import type { JobSlots } from './job-slots.ts'

/** A job as it came, and the connection it came on. */
export interface ArrivedJob {
  readonly job: Job
  readonly connection: RouterConnection
}

/** Jobs that wait for a place, in the order they came. */
export class WaitingJobs {
  readonly #slots: JobSlots
  #jobs: readonly ArrivedJob[] = []

  constructor(slots: JobSlots) {
    this.#slots = slots
  }

  get size(): number {
    return this.#jobs.length
  }

  /** Whether the job is waiting, and came on this connection. */
  isOn(jobId: string, connection: RouterConnection): boolean {
    return this.#jobs.some((waiting) => waiting.job.job_id === jobId && waiting.connection === connection)
  }

  add(arrived: ArrivedJob): void {
    this.#jobs = [...this.#jobs, arrived]
  }

  /** All, or those that the filter picks, wait no longer. */
  drop(fits: (waiting: ArrivedJob) => boolean = () => true): void {
    this.#jobs = this.#jobs.filter((waiting) => !fits(waiting))
  }

  /** Begins every job that gets a place. One that still runs on another connection gets none. */
  seat(begin: (arrived: ArrivedJob, permit: Disposable) => void): void {
    for (const next of this.#jobs) {
      const permit = this.#slots.tryReserve(next.job.job_id)
      if (!permit) continue
      this.drop((waiting) => waiting === next)
      begin(next, permit)
    }
  }
}
