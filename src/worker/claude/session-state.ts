import assert from 'node:assert/strict'

/**
 * What one Claude Code process is doing.
 *
 *   parked → asking → kept → asking …   the same conversation goes on
 *                      └→ ending → ended
 *   any state → ending → ended
 */
export type SessionState = 'parked' | 'asking' | 'kept' | 'ending' | 'ended'

const moves: Readonly<Record<SessionState, readonly SessionState[]>> = {
  parked: ['asking', 'ending', 'ended'],
  asking: ['kept', 'ending', 'ended'],
  kept: ['asking', 'ending', 'ended'],
  ending: ['ended'],
  ended: [],
}

/** Keeps a session's state, along the arrows of the drawing above. */
export class SessionStateKeeper {
  readonly #onMoved: (from: SessionState, to: SessionState) => void
  #state: SessionState = 'parked'
  #wasStopped = false

  constructor(onMoved: (from: SessionState, to: SessionState) => void) {
    this.#onMoved = onMoved
  }

  get state(): SessionState {
    return this.#state
  }

  /** Whether the process has ended without being told to. */
  get hasDied(): boolean {
    return this.#state === 'ended' && !this.#wasStopped
  }

  /** The only place the state changes. */
  moveTo(next: SessionState): void {
    const before = this.#state
    if (before === next) return
    assert(moves[before].includes(next), `a Claude session cannot go from ${before} to ${next}`)
    this.#state = next
    this.#wasStopped ||= next === 'ending'
    this.#onMoved(before, next)
  }
}
