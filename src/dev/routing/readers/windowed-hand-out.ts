import type { Clock } from '../../../shared/clock.ts'
import type { HandOut, HandOutDeps } from '../hand-out.ts'
import type { JobMove } from '../job-move.ts'
import type { JobTaker, OpenJob } from '../open-job.ts'
import { JobLine } from './job-line.ts'
import { JobReader } from './job-reader.ts'
import type { ReaderLengths } from './reader-lengths.ts'

export interface WindowedHandOutOptions extends HandOutDeps {
  readonly clock: Clock
  readonly lengths: ReaderLengths
  /** Tells what became of a job that was not assigned. */
  readonly note: NoteMove
}

export type NoteMove = (kind: JobMove['kind'], open: OpenJob, taker: JobTaker) => void

/**
 * Hands jobs out as the public router does: every connection has a reader that waits for jobs in windows, and nobody calls it
 * back when its worker goes. What a worker that is gone has not finished is collected from time to time for one that is there.
 */
export class WindowedHandOut implements HandOut {
  readonly #options: WindowedHandOutOptions
  readonly #line = new JobLine()
  readonly #readers = new Map<JobTaker, JobReader>()
  readonly #abandoned = new Set<JobReader>()
  /** What workers that are gone have not finished, and whose it was. */
  readonly #lost = new Map<OpenJob, JobTaker>()
  #collecting: Disposable

  constructor(options: WindowedHandOutOptions) {
    this.#options = options
    this.#collecting = this.#collectLater()
  }

  get waiting(): readonly OpenJob[] {
    const collected = [...this.#readers.values()].flatMap((reader) => reader.collected)
    return [...this.#line.jobs, ...this.#lost.keys(), ...collected].toSorted((a, b) => a.order - b.order)
  }

  get abandoned(): readonly string[] {
    return [...this.#abandoned].map(({ taker }) => taker.id)
  }

  add(open: OpenJob): void {
    this.#line.put(open)
    this.#options.changed()
  }

  remove(open: OpenJob): void {
    this.#line.remove(open)
    this.#lost.delete(open)
    for (const reader of this.#readers.values()) reader.remove(open)
  }

  join(taker: JobTaker): void {
    const reader = new JobReader({
      ...this.#options,
      taker,
      line: this.#line,
      swallow: (open) => this.#swallow(open, taker),
      ended: () => this.#readerOnEnded(reader),
    })
    this.#readers.set(taker, reader)
    reader.look()
    this.#options.changed()
  }

  leave(taker: JobTaker, jobs: readonly OpenJob[]): void {
    const reader = this.#readers.get(taker)
    this.#readers.delete(taker)
    if (reader?.abandon()) this.#abandoned.add(reader)
    const unseen = reader?.collected ?? []
    for (const open of unseen) this.#options.note('lost', open, taker)
    for (const open of [...jobs, ...unseen]) this.#lost.set(open, taker)
  }

  /** Nobody tells a reader: it finds out when it looks. */
  slotsChanged(): void {
    this.#options.changed()
  }

  [Symbol.dispose](): void {
    this.#collecting[Symbol.dispose]()
    for (const reader of [...this.#readers.values(), ...this.#abandoned]) reader[Symbol.dispose]()
  }

  #swallow(open: OpenJob, taker: JobTaker): void {
    this.#options.note('swallowed', open, taker)
    this.#lost.set(open, taker)
  }

  #readerOnEnded(reader: JobReader): void {
    this.#abandoned.delete(reader)
    this.#options.changed()
  }

  #collectLater(): Disposable {
    return this.#options.clock.timer(this.#options.lengths.collectMs, () => {
      this.#collecting = this.#collectLater()
      this.#collect()
    })
  }

  /** All jobs of one who is gone go to one who is there; without anybody there, they wait for the next time. */
  #collect(): void {
    const readers = [...this.#readers.values()]
    const gone = [...new Set(this.#lost.values())]
    for (const [open, taker] of [...this.#lost]) {
      const reader = readers[gone.indexOf(taker) % readers.length]
      if (reader) this.#putAside(open, reader)
    }
    this.#options.changed()
  }

  #putAside(open: OpenJob, reader: JobReader): void {
    this.#lost.delete(open)
    reader.collect(open)
    this.#options.note('collected', open, reader.taker)
  }
}
