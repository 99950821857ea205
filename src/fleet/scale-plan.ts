import type { MadeFrom } from './made-from.ts'
import type { FleetMember } from './member.ts'

/** What is done with one member, or with a place that has none. */
type ScaleOp =
  /** A new member for an empty place. */
  | 'create'
  /** A new member for a place whose member is no longer what is wanted. */
  | 'replace'
  /** It is asked to leave, and removed when it has. */
  | 'drain'
  /** What is left of it is removed. */
  | 'remove'
  /** It has ended and begins again. */
  | 'start'
  /** Nothing. */
  | 'keep'

/** One line of a plan. */
export interface ScaleAction {
  readonly op: ScaleOp
  /** `default-3` */
  readonly worker: string
  readonly slot: number
  /** Why, in a few words. */
  readonly reason: string
  /** The member that it is about; absent for a new place. */
  readonly member?: FleetMember | undefined
  /** A member that was already made to take this one's place. */
  readonly successor?: FleetMember | undefined
}

/** What a fleet is to be. */
export interface ScaleTarget {
  readonly fleet: string
  readonly wanted: number
  /** Of the members as they would be made now. */
  readonly configHash: string
  /** The parts of it that can be told apart, to say why a member is replaced. */
  readonly madeFrom?: MadeFrom | undefined
  readonly recreate: 'auto' | 'never' | 'always'
}

/** Whether a plan changes anything. */
export function changesAnything(actions: readonly ScaleAction[]): boolean {
  return actions.some(({ op }) => op !== 'keep')
}
