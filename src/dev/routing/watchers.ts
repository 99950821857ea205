interface Watcher {
  readonly check: () => boolean
  readonly fail: (reason: Error) => void
}

/** Lets others wait until something has become so. Whoever changes things calls `changed()`. */
export class Watchers {
  readonly #watchers = new Set<Watcher>()

  /** Resolves as soon as the condition holds; rejects naming `what` when `limitMs` passes first. */
  until(condition: () => boolean, limitMs: number, what: string): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
      }
      const fail = (reason: Error) => {
        leave()
        reject(reason)
      }
      const check = () => {
        if (!condition()) return false
        leave()
        resolve()
        return true
      }
      const watcher = { check, fail }
      const timer = setTimeout(() => fail(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs)
      this.#watchers.add(watcher)
    })
  }

  changed(): void {
    for (const { check } of [...this.#watchers]) check()
  }

  close(reason: Error): void {
    for (const { fail } of [...this.#watchers]) fail(reason)
  }
}
