/** How many are remembered; the oldest are forgotten first. */
const limit = 1_000

/** Remembers why things that were looked for are gone. */
export class Tombstones<Reason> {
  readonly #reasons = new Map<string, Reason>()

  bury(key: string, reason: Reason): void {
    this.#reasons.delete(key)
    this.#reasons.set(key, reason)
    const [oldest] = this.#reasons.keys()
    if (this.#reasons.size > limit && oldest !== undefined) this.#reasons.delete(oldest)
  }

  forget(key: string): void {
    this.#reasons.delete(key)
  }

  reasonFor(key: string): Reason | undefined {
    return this.#reasons.get(key)
  }
}
