import type { Clock } from '../../shared/clock.ts'
import { Delays } from './delays.ts'
import type { HandOut, HandOutDeps } from './hand-out.ts'
import type { JobTaker, OpenJob } from './open-job.ts'

export interface ImmediateHandOutOptions extends HandOutDeps {
  readonly clock: Clock
  /** How long the job of a lost worker waits before another may have it. */
  readonly redeliverAfterMs: number
}

/** Gives every job at once to a worker with a free slot; the longest idle one comes first. */
export class ImmediateHandOut implements HandOut {
  readonly #options: ImmediateHandOutOptions
  readonly #delays: Delays
  readonly abandoned = []
  /** Jobs of lost workers that nobody may have yet. */
  readonly #returning = new Set<OpenJob>()
  #waiting: OpenJob[] = []
  /** The one that got a job least recently comes first. */
  #takers: JobTaker[] = []

  constructor(options: ImmediateHandOutOptions) {
    this.#options = options
    this.#delays = new Delays(options.clock)
  }

  get waiting(): readonly OpenJob[] {
    return this.#waiting
  }

  add(open: OpenJob): void {
    this.#waiting = [...this.#waiting, open].toSorted((a, b) => a.order - b.order)
    this.slotsChanged()
  }

  remove(open: OpenJob): void {
    this.#returning.delete(open)
    this.#waiting = this.#waiting.filter((other) => other !== open)
  }

  join(taker: JobTaker): void {
    this.#takers.push(taker)
    this.slotsChanged()
  }

  leave(taker: JobTaker, jobs: readonly OpenJob[]): void {
    this.#takers = this.#takers.filter((other) => other !== taker)
    for (const open of jobs) {
      this.#returning.add(open)
      this.#delays.after(this.#options.redeliverAfterMs, () => this.#bringBack(open))
    }
  }

  /** Gives waiting jobs, oldest first, to workers with a free slot. */
  slotsChanged(): void {
    this.#waiting = this.#waiting.filter((open) => {
      const taker = this.#takers.find((each) => open.canRunOn(each))
      if (taker) this.#give(open, taker)
      return !taker
    })
    this.#options.changed()
  }

  [Symbol.dispose](): void {
    this.#delays[Symbol.dispose]()
  }

  #give(open: OpenJob, taker: JobTaker): void {
    this.#takers = [...this.#takers.filter((other) => other !== taker), taker]
    this.#options.assign(open, taker)
  }

  #bringBack(open: OpenJob): void {
    if (this.#returning.delete(open)) this.add(open)
  }
}
