import type { Clock } from '../shared/clock.ts'
import type { Absence } from './absence.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import type { RouterLink } from './link/router-link.ts'
import { type Away, openAbsence } from './open-absence.ts'
import type { StateKeeper } from './state-keeper.ts'

export interface AbsencesOptions {
  readonly link: RouterLink
  readonly states: StateKeeper
  readonly claude: ClaudePool
  /** The model that is asked whether the reason still holds. */
  readonly model: string
  readonly clock: Clock
  /** An absence is over; the worker is about to connect again. */
  readonly onReturn: () => void
}

/** Close codes of RFC 6455. */
const goingAway = 1000
const tryAgainLater = 1013

/** A worker's times away from the router, one after the other: leaving the link, and joining it again when the reason is over. */
export class Absences implements Disposable {
  readonly #options: AbsencesOptions
  #absence: Absence | undefined

  constructor(options: AbsencesOptions) {
    this.#options = options
  }

  get isAway(): boolean {
    return this.#absence !== undefined
  }

  /** When the worker is expected back, milliseconds since the epoch; undefined where nobody knows. */
  get untilMs(): number | undefined {
    return this.#absence?.untilMs
  }

  /** Leaves the router for a while. */
  begin(away: Away): void {
    const { kind, untilMs, reason } = away
    const { link, states, claude, model, clock } = this.#options
    const left = link.leave(kind === 'rate_limited' ? tryAgainLater : goingAway)
    this.#absence = openAbsence(away, { claude, model, onReturn: () => void left.then(() => this.#comeBack()), clock })
    states.moveTo(kind, { reason, untilMs })
  }

  /** Whoever keeps the worker away is asked again now. False when nobody does. */
  tryNow(): boolean {
    this.#absence?.tryNow()
    return this.isAway
  }

  /** The worker is not to come back by itself any more. */
  [Symbol.dispose](): void {
    this.#absence?.[Symbol.dispose]()
    this.#absence = undefined
  }

  #comeBack(): void {
    const { link, states, onReturn } = this.#options
    this.#absence = undefined
    onReturn()
    states.moveTo('reconnecting', { reason: 'coming back' })
    void link.rejoin()
  }
}
