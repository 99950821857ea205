import type { StampedLine } from './stamped-lines.ts'

/** How far a container's log has been read. */
export class LogPlace {
  #moment: string
  /** How many lines of that very moment were read. */
  #count = 0

  /** @param since nothing before this moment is wanted */
  constructor(since: string) {
    this.#moment = since
  }

  /** From where to read on: the lines of this moment come again, and are passed over. */
  get moment(): string {
    return this.#moment
  }

  /**
   * The lines that were not read yet; from here on they have been. A line that is not whole counts as read only with `partsToo`.
   * Two streams of a container can be a breath out of order: only what was read before is left out.
   */
  async *unread(lines: AsyncIterable<StampedLine>, { partsToo }: { readonly partsToo: boolean }) {
    const start = this.#moment
    let known = this.#count
    for await (const line of lines) {
      // Not every engine keeps to the fraction of a second.
      if (line.moment < start || (line.moment === start && known-- > 0)) continue
      if (!line.isWhole && !partsToo) continue
      this.#remember(line)
      yield line
    }
  }

  #remember({ moment }: StampedLine): void {
    if (moment < this.#moment) return
    this.#count = moment === this.#moment ? this.#count + 1 : 1
    this.#moment = moment
  }
}
