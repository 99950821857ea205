import { EventRecord } from './event-record.ts'
import { ManualClock } from './manual-clock.ts'

/** How sleeps are treated. */
export interface WatchedClockOptions {
  /** Sleeps are over at once, and time moves on by their length. Timers still wait for the test. */
  readonly skipsSleeps?: boolean
}

/** A clock that stands still until the test moves it, and tells what others wait for. */
export class WatchedClock extends ManualClock {
  /** Lengths of the sleeps, in order. */
  readonly sleeps: number[] = []
  readonly #waits = new EventRecord<{ readonly ms: number }>('the clock')
  readonly #skipsSleeps: boolean

  constructor({ skipsSleeps = false }: WatchedClockOptions = {}) {
    super()
    this.#skipsSleeps = skipsSleeps
  }

  override timer(ms: number, ring: () => void): Disposable {
    const armed = super.timer(ms, ring)
    this.#waits.push({ ms })
    return armed
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.sleeps.push(ms)
    if (this.#skipsSleeps) this.advance(ms)
    else await super.sleep(ms, signal)
  }

  /** Resolves when somebody sets a timer, or sleeps without skipping, for exactly so long; each such wait is found once. */
  async waitOf(ms: number): Promise<void> {
    await this.#waits.take(`wait of ${ms} ms`, (wait): wait is { ms: number } => wait.ms === ms)
  }
}
