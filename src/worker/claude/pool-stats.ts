import { type MissReason, missReasons } from './kept-sessions.ts'

/** How a turn came to its process. */
const turnStarts = [
  /** A parked process, without anything to retell. */
  'warm',
  /** A process started for it, without anything to retell. */
  'cold',
  /** The process that had answered before. */
  'kept',
  /** The process that waited for the results of the caller's tools. */
  'suspended',
  /** Another process, to which the conversation was retold. */
  'replayed',
] as const
export type TurnStart = (typeof turnStarts)[number]

/** Counts since the worker began. */
export interface PoolStats {
  readonly starts: Readonly<Record<TurnStart, number>>
  /** Turns that did not go on in a kept session, by reason. */
  readonly misses: Readonly<Record<MissReason, number>>
  /** Spares that were told a setup in advance: taken for it, or ended without. */
  readonly forecasts: { readonly right: number; readonly wrong: number }
}

/** Counts what the pool does; everything is there at zero from the start. */
export class PoolCounters {
  readonly #starts = zeros(turnStarts)
  readonly #misses = zeros(missReasons)
  #right = 0
  #wrong = 0

  started(start: TurnStart): void {
    this.#starts[start] += 1
  }

  missed(reason: MissReason): void {
    this.#misses[reason] += 1
  }

  forecast(isRight: boolean): void {
    if (isRight) this.#right += 1
    else this.#wrong += 1
  }

  snapshot(): PoolStats {
    return {
      starts: { ...this.#starts },
      misses: { ...this.#misses },
      forecasts: { right: this.#right, wrong: this.#wrong },
    }
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
