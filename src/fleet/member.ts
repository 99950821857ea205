import type { WorkerReport } from '../protocol/control-answers.ts'
import { workerStates } from '../protocol/worker-state.ts'
import type { MadeFrom } from './made-from.ts'

/**
 * What a member of a fleet is doing: a worker's own states, and two that only who looks from outside can see. `stopped` is a member
 * whose process has ended or never began. Only `idle` and `busy` are ready; a broken member never counts as capacity.
 */
export const memberStates = [
  ...workerStates,
  /** It ends again and again soon after its start. */
  'crash_loop',
  /** It runs, and says nothing or that it is not well. */
  'unhealthy',
] as const
export type MemberState = (typeof memberStates)[number]

/** One worker of a fleet, as its backend and the worker itself tell. */
export interface FleetMember {
  /** The backend's own name for it: of a container, its id. */
  readonly id: string
  /** `default-3`: the fleet and the slot. */
  readonly name: string
  readonly fleet: string
  /** The place in the fleet, from 1 on. A replacement and the one it replaces share it for a while. */
  readonly slot: number
  readonly state: MemberState
  /** Why it is in that state, where somebody knows. */
  readonly reason?: string | undefined
  /** Fingerprint of everything it was made from. */
  readonly configHash: string
  /** The parts of it that can be told apart. */
  readonly madeFrom?: MadeFrom | undefined
  /** Of auxot. */
  readonly version?: string | undefined
  /** It was made and never started: what it needs may not be in it. */
  readonly isHalfMade: boolean
  /** It was made to take another's place, and bears a name of its own until the other is gone. */
  readonly isSuccessor: boolean
  /** Its backend starts it again after a crash. One that was asked to leave does not come back. */
  readonly comesBack: boolean
  /** ISO 8601, of its present run. */
  readonly startedAt?: string | undefined
  /** What the worker says itself; absent where it could not be asked. */
  readonly report?: WorkerReport | undefined
}

/** Whether jobs may be sent to it. */
export function isReady({ state }: Pick<FleetMember, 'state'>): boolean {
  return state === 'idle' || state === 'busy'
}

/** Whether it is of no use as it is, and was not asked to leave. */
export function isBroken({ state }: Pick<FleetMember, 'state'>): boolean {
  return state === 'stopped' || state === 'crash_loop' || state === 'unhealthy'
}

/** The job that it has in hand, where it is known. */
export function jobOf({ report }: Pick<FleetMember, 'report'>): string | undefined {
  return report?.running[0]?.id
}
