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

/** Whether the drawing above has an arrow from one state to the other. */
export function canMove(from: SessionState, to: SessionState): boolean {
  return moves[from].includes(to)
}
