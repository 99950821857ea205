import { Watchers } from '../watchers.ts'

/**
 * Holds a reply until a test lets it go on, so that tests wait for events and never for time.
 * A release given early is kept for the next one who comes.
 */
export class Gate {
  #passes = 0
  readonly #waiting = new Set<() => void>()
  readonly #watchers = new Watchers()

  /** Lets `passes` chunks (or the end) go. */
  release(passes = 1): void {
    this.#passes += passes
    for (const goOn of this.#waiting) {
      if (this.#passes < 1) return
      this.#passes -= 1
      goOn()
    }
  }

  /** Lets everything go from now on. */
  open(): void {
    this.release(Number.POSITIVE_INFINITY)
  }

  /** Resolves as soon as a reply stands at the gate. */
  reached(limitMs = 60_000): Promise<void> {
    return this.#watchers.until(() => this.#waiting.size > 0, limitMs, 'a reply at the gate')
  }

  /** Waits for a release; ends at once with the signal's reason when it aborts. */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#passes >= 1) {
      this.#passes -= 1
      return
    }
    await this.#wait(signal)
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = () => leave(() => reject(signal.reason))
    const goOn = () => leave(resolve)
    const leave = (settle: () => void) => {
      this.#waiting.delete(goOn)
      signal.removeEventListener('abort', giveUp)
      settle()
    }
    this.#waiting.add(goOn)
    signal.addEventListener('abort', giveUp)
    this.#watchers.changed()
    return promise
  }
}
