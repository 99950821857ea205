/** How many jobs a worker may run at once, and which ones hold a place. */
export class JobSlots {
  readonly #permits = new Map<string, Disposable>()
  #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get limit(): number {
    return this.#limit
  }

  get inUse(): number {
    return this.#permits.size
  }

  get free(): number {
    return Math.max(0, this.#limit - this.inUse)
  }

  /** Takes no permit away: with more in use than the new limit, places come free only below it. */
  setLimit(limit: number): void {
    this.#limit = limit
  }

  /** A place for the job until the permit is disposed; undefined when all are taken or the job already holds one. */
  tryReserve(jobId: string): Disposable | undefined {
    if (this.free === 0 || this.#permits.has(jobId)) return undefined
    const permit = { [Symbol.dispose]: () => this.#release(jobId, permit) }
    this.#permits.set(jobId, permit)
    return permit
  }

  /** A permit that was disposed before must not free the place of the same job's next run. */
  #release(jobId: string, permit: Disposable): void {
    if (this.#permits.get(jobId) === permit) this.#permits.delete(jobId)
  }
}
