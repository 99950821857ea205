import { Waiters } from './waiters.ts'

/**
 * Items that wait for readers, and readers that wait for items. Each item goes to one reader: the first that wants it.
 * Items that nobody took stay, in order; beyond `limit` the oldest half of them is dropped.
 */
export class WaitingQueue<T> {
  readonly #limit: number
  #items: T[] = []
  readonly #readers = new Waiters<T>()
  #closed: Error | undefined

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit
  }

  /** How many items nobody has taken. */
  get size(): number {
    return this.#items.length
  }

  push(item: T): void {
    if (this.#readers.offer(item)) return
    if (this.#items.length >= this.#limit) this.#items = this.#items.slice(Math.ceil(this.#items.length / 2))
    this.#items.push(item)
  }

  /** Takes the first wanted item, or waits for it; rejects naming `what` when `limitMs` passes first. */
  next(filter: (item: T) => boolean, limitMs: number, what: string): Promise<T> {
    const index = this.#items.findIndex(filter)
    const [found] = index < 0 ? [] : this.#items.splice(index, 1)
    if (index >= 0) return Promise.resolve(found as T)
    if (this.#closed) return Promise.reject(this.#closed)
    return this.#readers.wait(filter, limitMs, what)
  }

  /** Forgets the items that nobody took. */
  clear(): void {
    this.#items = []
  }

  /** Fails every waiting reader, and every later one that finds nothing. */
  close(reason: Error): void {
    this.#closed ??= reason
    this.#readers.fail(this.#closed)
  }
}
