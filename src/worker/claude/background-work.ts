/** Work that goes on behind somebody's back, remembered until it is done. A failure is for those who wait. */
export class BackgroundWork {
  readonly #underWay = new Set<Promise<void>>()

  add(work: Promise<void>): void {
    const followed = work.finally(() => this.#underWay.delete(followed))
    this.#underWay.add(followed)
  }

  /** Resolves when what is under way now is done. */
  async untilDone(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** Resolves when nothing is under way any more, also nothing that was added meanwhile. */
  async untilIdle(): Promise<void> {
    while (this.#underWay.size > 0) await this.untilDone()
  }
}
