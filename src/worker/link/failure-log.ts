import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import type { Log } from '../../shared/log.ts'
import type { LinkFailure } from './link-handlers.ts'

/** The same failure is said again after this time. */
const remindAfterMs = 5 * 60_000
/** A router may put something new into every refusal; they are not all remembered. */
const mostRemembered = 50

/** Says each failure once, then every few minutes with the number of times; a router that is away for a night must not fill the disk. */
export class FailureLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #seen = new Map<string, { times: number; saidAt: number }>()

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  note({ kind, reason, hint }: LinkFailure, retryInMs: number): void {
    const now = this.#clock.now()
    if (this.#seen.size >= mostRemembered) this.#seen.clear()
    const seen = this.#seen.get(reason)
    const times = (seen?.times ?? 0) + 1
    const isDue = !seen || now - seen.saidAt >= remindAfterMs
    this.#seen.set(reason, { times, saidAt: isDue ? now : seen.saidAt })
    const tried = times > 1 ? ` (${times} times so far)` : ''
    const sentence = `no connection to the router: ${reason}${tried}; next try in ${formatDuration(retryInMs)}`
    if (isDue) this.#log.warn({ kind, times }, hint ? `${sentence}. ${hint}` : sentence)
    else this.#log.debug({ kind, times }, sentence)
  }

  /** The connection was healthy again: what fails next is news. */
  clear(): void {
    this.#seen.clear()
  }
}
