import { setTimeout as sleepFor } from 'node:timers/promises'

/** Time as the house sees it, so that tests decide how it passes. All values in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `ring` once after `ms` unless disposed before. */
  timer(ms: number, ring: () => void): Disposable
}

/** setTimeout turns anything longer (24.8 days) into 1 ms. */
const longestTimeoutMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await sleepFor(Math.min(ms, longestTimeoutMs), undefined, signal ? { signal } : {})
    } catch (error) {
      throw signal?.reason ?? error
    }
  },
  timer: (ms, ring) => {
    const handle = setTimeout(ring, Math.min(ms, longestTimeoutMs))
    return { [Symbol.dispose]: () => clearTimeout(handle) }
  },
}
