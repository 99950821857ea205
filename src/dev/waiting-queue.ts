interface Reader<T> {
  readonly wants: (item: T) => boolean
  readonly take: (item: T) => void
  readonly fail: (reason: Error) => void
}

/**
 * Items that wait for readers, and readers that wait for items. Each item goes to one reader: the first that wants it.
 * Items that nobody took stay, in order; beyond `limit` the oldest half of them is dropped.
 */
export class WaitingQueue<T> {
  readonly #limit: number
  #items: T[] = []
  readonly #readers = new Set<Reader<T>>()
  #closed: Error | undefined

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit
  }

  /** How many items nobody has taken. */
  get size(): number {
    return this.#items.length
  }

  push(item: T): void {
    for (const reader of this.#readers) {
      if (!reader.wants(item)) continue
      reader.take(item)
      return
    }
    if (this.#items.length >= this.#limit) this.#items = this.#items.slice(Math.ceil(this.#items.length / 2))
    this.#items.push(item)
  }

  /** Takes the first wanted item, or waits for it; rejects naming `what` when `limitMs` passes first. */
  next(filter: (item: T) => boolean, limitMs: number, what: string): Promise<T> {
    const index = this.#items.findIndex(filter)
    const [found] = index < 0 ? [] : this.#items.splice(index, 1)
    if (index >= 0) return Promise.resolve(found as T)
    if (this.#closed) return Promise.reject(this.#closed)
    return this.#wait(filter, limitMs, what)
  }

  /** Forgets the items that nobody took. */
  clear(): void {
    this.#items = []
  }

  /** Fails every waiting reader, and every later one that finds nothing. */
  close(reason: Error): void {
    this.#closed ??= reason
    for (const reader of [...this.#readers]) reader.fail(this.#closed)
  }

  #wait(wants: (item: T) => boolean, limitMs: number, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        this.#readers.delete(reader)
      }
      const reader: Reader<T> = {
        wants,
        take: (item) => {
          leave()
          resolve(item)
        },
        fail: (reason) => {
          leave()
          reject(reason)
        },
      }
      const timer = setTimeout(() => reader.fail(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs)
      this.#readers.add(reader)
    })
  }
}
