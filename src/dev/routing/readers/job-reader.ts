import type { Clock } from '../../../shared/clock.ts'
import type { JobTaker, OpenJob } from '../open-job.ts'
import type { JobLine } from './job-line.ts'
import type { ReaderLengths } from './reader-lengths.ts'

export interface JobReaderOptions {
  readonly taker: JobTaker
  readonly line: JobLine
  readonly clock: Clock
  readonly lengths: ReaderLengths
  readonly assign: (open: OpenJob, taker: JobTaker) => void
  /** The worker is gone, and its reader has taken a job all the same. */
  readonly swallow: (open: OpenJob, taker: JobTaker) => void
  /** The worker is gone, and now its reader is, too. */
  readonly ended: () => void
}

/**
 * What reads jobs for one connection.
 *
 *   looking ──the worker is full, or has a job──> pausing ──> looking
 *      └──else──> reading ──a job, or the window's end──> looking
 *
 *   looking, pausing ──the worker goes──> ended
 *   reading ──the worker goes──> abandoned ──a job: swallowed, or the window's end──> ended
 */
export class JobReader implements Disposable {
  readonly #options: JobReaderOptions
  /** Of workers that are gone, put aside for this one. */
  #collected: OpenJob[] = []
  #isReading = false
  #isAbandoned = false
  #timer: Disposable | undefined

  constructor(options: JobReaderOptions) {
    this.#options = options
  }

  get taker(): JobTaker {
    return this.#options.taker
  }

  get collected(): readonly OpenJob[] {
    return this.#collected
  }

  /** Reads the next job if the worker can have one now; to be called once, the reader goes on by itself. */
  look(): void {
    const { taker, lengths } = this.#options
    while (this.#collected.length > 0 && hasRoom(taker)) this.#giveCollected()
    if (!hasRoom(taker)) this.#pause(lengths.lookAgainMs)
    // The router asks for what the worker has not finished before it asks for new jobs, and finds the one at work.
    else if (taker.running.size > 0) this.#pause(lengths.lookAtWorkMs)
    else this.#read()
  }

  /** Puts a job aside, which the reader finds when it looks. */
  collect(open: OpenJob): void {
    this.#collected.push(open)
  }

  /** The job is over. */
  remove(open: OpenJob): void {
    this.#collected = this.#collected.filter((other) => other !== open)
  }

  /** The worker is gone. True when the reader stays behind. */
  abandon(): boolean {
    this.#isAbandoned = this.#isReading
    if (!this.#isReading) this.#timer?.[Symbol.dispose]()
    return this.#isAbandoned
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#options.line.giveUp(this.#onJob)
  }

  #giveCollected(): void {
    const [open, ...rest] = this.#collected
    this.#collected = rest
    if (open) this.#options.assign(open, this.taker)
  }

  #pause(ms: number): void {
    this.#timer = this.#options.clock.timer(ms, () => this.look())
  }

  #read(): void {
    const { line, clock, lengths } = this.#options
    const open = line.take()
    if (open) {
      this.#options.assign(open, this.taker)
      this.look()
      return
    }
    this.#isReading = true
    line.wait(this.#onJob)
    this.#timer = clock.timer(lengths.windowMs, () => this.#onWindowEnd())
  }

  readonly #onJob = (open: OpenJob): void => {
    const { assign, swallow, ended } = this.#options
    this.#isReading = false
    this.#timer?.[Symbol.dispose]()
    if (this.#isAbandoned) {
      swallow(open, this.taker)
      ended()
    } else {
      assign(open, this.taker)
      this.look()
    }
  }

  #onWindowEnd(): void {
    this.#isReading = false
    this.#options.line.giveUp(this.#onJob)
    if (this.#isAbandoned) this.#options.ended()
    else this.look()
  }
}

function hasRoom({ slots, running }: JobTaker): boolean {
  return running.size < slots
}
