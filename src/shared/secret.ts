import { inspect } from 'node:util'

/** A value that must not be shown. Every way of printing it gives `[redacted]`; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string
  /** Where it came from, for people: `AUXOT_GPU_KEY`, `--key-file /run/secrets/key`. */
  readonly source: string

  constructor(value: string, source: string) {
    this.#value = value
    this.source = source
  }

  reveal(): string {
    return this.#value
  }

  /** `adm_1234…wxyz` for values of more than 20 characters, `…` for shorter ones. */
  masked(): string {
    return this.#value.length > 20 ? `${this.#value.slice(0, 8)}…${this.#value.slice(-4)}` : '…'
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
