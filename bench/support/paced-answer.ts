import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply } from '../../src/dev/echo-model.ts'

/** Tokens that come one by one, and then as many at once as can be. */
export const pacedTokens = 50
export const burstTokens = 200
const paceMs = 4

/** An answer of numbered tokens that remembers when each was written. */
export class PacedAnswer {
  /** `performance.now()` for each token. */
  readonly writtenAtMs: number[] = []

  get reply(): Reply {
    return { blocks: [{ type: 'text', chunks: this.#tokens() }] }
  }

  /** How long each token took to get where `readings` were taken. */
  delaysTo(readings: TokenReadings): number[] {
    if (readings.readAtMs.length !== this.writtenAtMs.length) {
      throw new Error(`${readings.readAtMs.length} of ${this.writtenAtMs.length} tokens arrived`)
    }
    return readings.readAtMs.map((readAtMs, token) => readAtMs - (this.writtenAtMs[token] ?? 0))
  }

  async *#tokens(): AsyncGenerator<string> {
    for (let token = 0; token < pacedTokens + burstTokens; token++) {
      if (token <= pacedTokens) await sleep(paceMs)
      this.writtenAtMs.push(performance.now())
      yield `${token} `
    }
  }
}

/** When each token of a paced answer was read. Several may come in one text. */
export class TokenReadings {
  readonly readAtMs: number[] = []

  read(text: string, atMs: number): void {
    for (const number of text.trim().split(' ')) {
      if (Number(number) !== this.readAtMs.length)
        throw new Error(`token ${this.readAtMs.length} was awaited, "${text}" came`)
      this.readAtMs.push(atMs)
    }
  }
}
