import { type Clock, systemClock } from '../../src/shared/clock.ts'

/** The real clock, which knows how many wait for it. */
export class CountedClock implements Clock {
  /** Timers that have neither rung nor been disposed, and sleeps that are not over. */
  armed = 0

  now(): number {
    return systemClock.now()
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.armed += 1
    await systemClock.sleep(ms, signal).finally(() => this.#disarm())
  }

  timer(ms: number, ring: () => void): Disposable {
    let isArmed = true
    const disarm = () => {
      if (isArmed) this.#disarm()
      isArmed = false
    }
    this.armed += 1
    const timer = systemClock.timer(ms, () => {
      disarm()
      ring()
    })
    return {
      [Symbol.dispose]: () => {
        disarm()
        timer[Symbol.dispose]()
      },
    }
  }

  #disarm(): void {
    this.armed -= 1
  }
}
