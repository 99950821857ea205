interface Waiter<Offer> {
  readonly wants: (offer: Offer) => boolean
  readonly take: (offer: Offer) => void
  readonly fail: (reason: Error) => void
}

/** Those who wait for something to be offered, each until its own limit. Whoever has got it, or has given up, is gone at once. */
export class Waiters<Offer = void> {
  readonly #waiters = new Set<Waiter<Offer>>()

  /** Resolves with the first offer that is wanted; rejects naming `what` when `limitMs` passes first. */
  wait(wants: (offer: Offer) => boolean, limitMs: number, what: string): Promise<Offer> {
    const { promise, resolve, reject } = Promise.withResolvers<Offer>()
    const leave = () => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    }
    const take = (offer: Offer) => {
      leave()
      resolve(offer)
    }
    const fail = (reason: Error) => {
      leave()
      reject(reason)
    }
    const waiter = { wants, take, fail }
    const timer = setTimeout(() => fail(new Error(`waited ${limitMs} ms in vain for ${what}`)), limitMs)
    this.#waiters.add(waiter)
    return promise
  }

  /** Gives it to the first who wants it; false when nobody does. */
  offer(offer: Offer): boolean {
    const first = [...this.#waiters].find(({ wants }) => wants(offer))
    first?.take(offer)
    return first !== undefined
  }

  /** Gives it to everybody who wants it. */
  offerToAll(offer: Offer): void {
    for (const { wants, take } of [...this.#waiters]) if (wants(offer)) take(offer)
  }

  /** Fails everybody who waits. */
  fail(reason: Error): void {
    for (const { fail } of [...this.#waiters]) fail(reason)
  }
}
