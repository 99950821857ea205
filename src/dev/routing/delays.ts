/** Things to do later, unless disposed before. */
export class Delays implements Disposable {
  readonly #timers = new Set<NodeJS.Timeout>()

  /** Acts after `ms`; at once, before returning, when that is 0. */
  after(ms: number, act: () => void): void {
    if (ms === 0) {
      act()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
