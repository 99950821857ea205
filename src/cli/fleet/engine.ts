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

/** Opens the engine, if there is one. What cannot be used is a finding here, not a failure: workers may run without it. */
export async function findEngine(open: () => Promise<Fleets | undefined>, isNamed: boolean): Promise<Engine> {
  try {
    const fleets = await open()
    return fleets ? { kind: 'open', fleets, isNamed } : { kind: 'absent' }
  } catch (error) {
    return unusable(error, isNamed)
  }
}

/** An engine that failed when it was needed. @throws what is no failure of an engine. */
export function unusable(error: unknown, isNamed: boolean): Engine & { readonly kind: 'unusable' } {
  if (error instanceof AuxotError && error.exit === 'noBackend') return { kind: 'unusable', error, isNamed }
  throw error
}
