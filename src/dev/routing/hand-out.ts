import type { JobTaker, OpenJob } from './open-job.ts'

/** A way of handing out jobs: it decides which worker gets which job, and when. */
export interface HandOut extends Disposable {
  /** Jobs that no worker has, oldest first. */
  readonly waiting: readonly OpenJob[]
  /** Ids of workers that are gone and left something behind that may still take a job. */
  readonly abandoned: readonly string[]
  /** Takes in a job that no worker has. */
  add(open: OpenJob): void
  /** The job is over. */
  remove(open: OpenJob): void
  join(taker: JobTaker): void
  /** A worker is gone; `jobs` are those that it has not finished. */
  leave(taker: JobTaker, jobs: readonly OpenJob[]): void
  /** A slot may have become free. */
  slotsChanged(): void
}

/** What every way of handing out is given. */
export interface HandOutDeps {
  /** Gives a job to a worker that has a free slot. */
  readonly assign: (open: OpenJob, taker: JobTaker) => void
  /** Called after every change that somebody may wait for. */
  readonly changed: () => void
}
