import { Absence, type AbsenceOptions } from './absence.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import { probeClaude } from './probe-claude.ts'

/** Why a worker stays away from the router without ending. */
export type AwayKind = 'rate_limited' | 'auth_failed'

/** A time away from the router. */
export interface Away {
  readonly kind: AwayKind
  /** When the reason is over by itself, milliseconds since the epoch; undefined where nobody knows. */
  readonly untilMs: number | undefined
  /** A sentence for people. */
  readonly reason: string
  /** Only the router can tell whether the reason still holds: whoever says "try now" sends the worker back to it. */
  readonly asksRouter?: boolean
}

/** How often it is tried whether the reason still holds. */
export const probeEveryMs: Readonly<Record<AwayKind, number>> = { rate_limited: 15 * 60_000, auth_failed: 5 * 60_000 }

export interface OpenAbsenceOptions extends Pick<AbsenceOptions, 'clock' | 'onReturn'> {
  readonly claude: ClaudePool
  /** The model that is asked. */
  readonly model: string
}

/** Begins a time away that ends when Claude answers again, or at the moment that was named. */
export function openAbsence(away: Away, { claude, model, ...options }: OpenAbsenceOptions): Absence {
  const { kind, untilMs, asksRouter } = away
  return new Absence({
    ...options,
    untilMs,
    everyMs: probeEveryMs[kind],
    probe: (signal) => (asksRouter ? Promise.resolve({ kind: 'works' }) : probeClaude(claude, model, signal)),
  })
}
