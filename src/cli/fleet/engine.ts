import type { FleetBackend } from '../../fleet/fleet-backend.ts'
import { AuxotError } from '../../shared/errors.ts'

/** What is asked of a backend by those who look at workers and let them leave. */
export type Fleets = Pick<FleetBackend, 'view' | 'ask' | 'terminate' | 'untilEnded'> & {
  /** The names of all fleets. */
  fleets(): Promise<readonly string[]>
}

/** Where this host's containers may be. */
export type Engine =
  | { readonly kind: 'absent' }
  /** `isNamed`: the operator said which; else it was found where engines usually are. */
  | { readonly kind: 'unusable'; readonly error: AuxotError; readonly isNamed: boolean }
  | { readonly kind: 'open'; readonly fleets: Fleets; readonly isNamed: boolean }

/**
 * An engine that failed. That is a finding here, not a failure: workers may run without one.
 * @throws what is no failure of an engine, and what the operator got wrong
 */
export function failedEngine(error: unknown, isNamed: boolean): Engine & { readonly kind: 'unusable' } {
  const isMisnamed = error instanceof AuxotError && error.exit === 'usage' && isNamed
  if (error instanceof AuxotError && !isMisnamed) return { kind: 'unusable', error, isNamed }
  throw error
}
