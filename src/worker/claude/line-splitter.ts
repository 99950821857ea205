const newline = 0x0a

/**
 * Cuts a byte stream into lines. A line may arrive in any number of pieces and be of any length;
 * each byte is looked at once and copied once.
 */
export class LineSplitter {
  #pieces: Buffer[] = []

  /** The lines that `chunk` completes, decoded, without their newline. Empty lines are left out. */
  push(chunk: Buffer): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = this.#finish(chunk.subarray(start, end))
      if (line !== '') lines.push(line)
      start = end + 1
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start))
    return lines
  }

  /** Bytes of a line that has begun and not ended. */
  get pendingBytes(): number {
    return this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
  }

  #finish(last: Buffer): string {
    if (this.#pieces.length === 0) return last.toString('utf8')
    const line = Buffer.concat([...this.#pieces, last]).toString('utf8')
    this.#pieces = []
    return line
  }
}
