/** Waits in tests end with an error that names what was waited for. */
const waitLimitMs = 60_000

/** What happened, in order, and a way to wait for what happens next. */
export class EventRecord<Event> {
  readonly all: Event[] = []
  readonly #name: string
  readonly #taken = new Set<Event>()
  #wakers: (() => void)[] = []

  constructor(name: string) {
    this.#name = name
  }

  push(event: Event): void {
    this.all.push(event)
    for (const wake of this.#wakers.splice(0)) wake()
  }

  /** The first event that fits and was not taken before. */
  async take<Wanted extends Event>(what: string, fits: (event: Event) => event is Wanted): Promise<Wanted> {
    const deadline = Date.now() + waitLimitMs
    for (;;) {
      const found = this.all.find((event): event is Wanted => !this.#taken.has(event) && fits(event))
      if (found !== undefined) {
        this.#taken.add(found)
        return found
      }
      await this.#another(what, deadline - Date.now())
    }
  }

  #another(what: string, limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seen = JSON.stringify(this.all).slice(0, 2_000)
        reject(new Error(`${this.#name}: no ${what} within ${waitLimitMs} ms; seen: ${seen}`))
      }, limitMs)
      this.#wakers.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

/** Resolves like `promise`, or fails naming what was waited for. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} did not happen within ${waitLimitMs} ms`)), waitLimitMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
