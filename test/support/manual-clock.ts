import type { Clock } from '../../src/shared/clock.ts'

interface Alarm {
  readonly at: number
  readonly ring: () => void
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  readonly #alarms = new Set<Alarm>()
  #now: number

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  timer(ms: number, ring: () => void): Disposable {
    const alarm = { at: this.#now + ms, ring }
    this.#alarms.add(alarm)
    return { [Symbol.dispose]: () => void this.#alarms.delete(alarm) }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.timer(ms, resolve)
      signal?.addEventListener('abort', () => {
        timer[Symbol.dispose]()
        reject(signal.reason)
      })
    })
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#alarms.size
  }

  /** Lets time pass; every timer rings at its own moment. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (let alarm = this.#next(until); alarm; alarm = this.#next(until)) {
      this.#now = Math.max(this.#now, alarm.at)
      this.#ring(alarm)
    }
    this.#now = until
  }

  /** The process was stopped for so long: what was due in the meantime rings late, all at once. */
  oversleep(ms: number): void {
    this.#now += ms
    for (let alarm = this.#next(this.#now); alarm; alarm = this.#next(this.#now)) this.#ring(alarm)
  }

  #next(until: number): Alarm | undefined {
    return [...this.#alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  }

  #ring(alarm: Alarm): void {
    this.#alarms.delete(alarm)
    alarm.ring()
  }
}
