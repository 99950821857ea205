import { Waiters } from './waiters.ts'

/** Lets others wait until something has become so. Whoever changes things calls `changed()`. */
export class Watchers {
  readonly #waiters = new Waiters()

  /** Resolves as soon as the condition holds; rejects naming `what` when `limitMs` passes first. */
  until(condition: () => boolean, limitMs: number, what: string): Promise<void> {
    return condition() ? Promise.resolve() : this.#waiters.wait(condition, limitMs, what)
  }

  changed(): void {
    this.#waiters.offerToAll()
  }

  close(reason: Error): void {
    this.#waiters.fail(reason)
  }
}
