/** How long to wait before the next try. */
export interface BackoffOptions {
  /** The first window. */
  readonly firstMs: number
  /** No window is wider. */
  readonly longestMs: number
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
}

/**
 * A random wait inside a window that doubles with every failure.
 * Full jitter: a thousand workers that lose one router must not come back in the same second.
 */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** The wait after one more failure. */
  nextDelayMs(): number {
    const { firstMs, longestMs, random } = this.#options
    const windowMs = Math.min(longestMs, firstMs * 2 ** this.#failures)
    this.#failures += 1
    return Math.round(random() * windowMs)
  }

  /** Back to the first window; for a connection that has proved healthy, not for one that merely opened. */
  reset(): void {
    this.#failures = 0
  }
}
