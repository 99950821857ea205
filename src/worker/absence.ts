import type { Clock } from '../shared/clock.ts'

/** What a try to come back found. */
export type ProbeResult = { readonly kind: 'works' } | { readonly kind: 'still'; readonly untilMs?: number | undefined }

export interface AbsenceOptions {
  /** When the reason is over by itself, milliseconds since the epoch; undefined where nobody knows. */
  readonly untilMs: number | undefined
  /** How often to try all the same. */
  readonly everyMs: number
  /** Looks whether the reason still holds. Never rejects, except when the signal aborts. */
  readonly probe: (signal: AbortSignal) => Promise<ProbeResult>
  readonly onReturn: () => void
  readonly clock: Clock
}

/** A worker's time away from the router: ends at a known moment, or as soon as a try says so. */
export class Absence implements Disposable {
  readonly #options: AbsenceOptions
  readonly #over = new AbortController()
  #untilMs: number | undefined
  #wake: AbortController = new AbortController()

  constructor(options: AbsenceOptions) {
    this.#options = options
    this.#untilMs = options.untilMs
    this.#stay().catch(() => {
      // Only the end of the absence gets here.
    })
  }

  /** When it is expected to be over, milliseconds since the epoch; undefined where nobody knows. */
  get untilMs(): number | undefined {
    return this.#untilMs
  }

  /** Tries at once instead of waiting for the next turn. */
  tryNow(): void {
    this.#wake.abort()
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error('the absence is over'))
  }

  async #stay(): Promise<void> {
    const { clock, probe, onReturn } = this.#options
    for (;;) {
      await this.#wait()
      if (this.#untilMs !== undefined && clock.now() >= this.#untilMs) break
      const result = await probe(this.#over.signal)
      if (result.kind === 'works') break
      this.#untilMs = result.untilMs ?? this.#untilMs
    }
    this.#over.signal.throwIfAborted()
    onReturn()
  }

  async #wait(): Promise<void> {
    const { clock, everyMs } = this.#options
    const leftMs = (this.#untilMs ?? Number.POSITIVE_INFINITY) - clock.now()
    this.#wake = new AbortController()
    try {
      await clock.sleep(Math.max(0, Math.min(everyMs, leftMs)), AbortSignal.any([this.#over.signal, this.#wake.signal]))
    } catch {
      this.#over.signal.throwIfAborted()
    }
  }
}
