import type { OpenJob } from '../open-job.ts'

/** Takes the job that comes next. */
export type Reader = (open: OpenJob) => void

/** The one line in which jobs wait for readers, or readers for jobs; never both. First come, first served on either side. */
export class JobLine {
  #jobs: OpenJob[] = []
  readonly #readers = new Set<Reader>()

  /** Jobs that no reader has taken. */
  get jobs(): readonly OpenJob[] {
    return this.#jobs
  }

  /** A job goes to the reader that has waited longest, or waits itself. */
  put(open: OpenJob): void {
    const [reader] = this.#readers
    if (!reader) {
      this.#jobs.push(open)
      return
    }
    this.#readers.delete(reader)
    reader(open)
  }

  /** The job that has waited longest, if any. */
  take(): OpenJob | undefined {
    return this.#jobs.shift()
  }

  /** The reader takes one job as soon as its turn comes. */
  wait(reader: Reader): void {
    this.#readers.add(reader)
  }

  /** The reader takes none any more. */
  giveUp(reader: Reader): void {
    this.#readers.delete(reader)
  }

  /** The job is not to be taken any more. */
  remove(open: OpenJob): void {
    this.#jobs = this.#jobs.filter((other) => other !== open)
  }
}
