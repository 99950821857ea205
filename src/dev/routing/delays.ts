import type { Clock } from '../../shared/clock.ts'

/** Things to do later, unless disposed before. */
export class Delays implements Disposable {
  readonly #clock: Clock
  readonly #timers = new Set<Disposable>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Acts after `ms`; at once, before returning, when that is 0. */
  after(ms: number, act: () => void): void {
    if (ms === 0) {
      act()
      return
    }
    const timer = this.#clock.timer(ms, () => {
      this.#timers.delete(timer)
      act()
    })
    this.#timers.add(timer)
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer[Symbol.dispose]()
    this.#timers.clear()
  }
}
