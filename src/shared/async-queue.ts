/**
 * Items pushed on one side, read with `for await` on the other, in order.
 * `full` and `onRoom` let the pushing side hold its source back while the reader is slower.
 */
export class AsyncQueue<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = []
  readonly #limit: number
  readonly #onRoom: () => void
  #wake: (() => void) | undefined
  #reading = Promise.withResolvers<void>()
  #ended = false
  #error: unknown
  #held = false

  constructor(options: { limit?: number; onRoom?: () => void } = {}) {
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY
    this.#onRoom = options.onRoom ?? (() => {})
  }

  /** Adds an item. Returns false when the queue is full: the source should wait for `onRoom`. */
  push(item: Item): boolean {
    if (this.#ended) return true
    this.#items.push(item)
    this.#wake?.()
    this.#held = this.#items.length >= this.#limit
    return !this.#held
  }

  /** Nothing more comes; what is queued is still read. */
  end(): void {
    this.#ended = true
    this.#wake?.()
    this.#tellThoseWhoWait()
  }

  /** Nothing more comes because of `error`, which the reader is thrown after what is queued. */
  fail(error: unknown): void {
    if (this.#ended) return
    this.#error = error
    this.end()
  }

  /** Resolves when the reader has dealt with everything pushed so far and asks for more, or the queue has ended. */
  async caughtUp(): Promise<void> {
    while (!this.#ended && (this.#items.length > 0 || !this.#wake)) await this.#reading.promise
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    for (;;) {
      while (this.#items.length > 0) {
        yield this.#items.shift() as Item
        this.#giveRoom()
      }
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#tellThoseWhoWait()
      await woken
      this.#wake = undefined
    }
  }

  #tellThoseWhoWait(): void {
    this.#reading.resolve()
    this.#reading = Promise.withResolvers()
  }

  #giveRoom(): void {
    if (!this.#held || this.#items.length > this.#limit / 2) return
    this.#held = false
    this.#onRoom()
  }
}
