import type { Clock } from '../../shared/clock.ts'
import type { FleetBackend } from '../fleet-backend.ts'
import type { MemberState } from '../member.ts'
import type { ScaleAction, ScaleTarget } from '../scale-plan.ts'
import type { WorkerSpec } from '../worker-spec.ts'
import type { Places } from './places.ts'

/** What became of an action. */
export type ScaleResult =
  /** The router has accepted the worker. */
  | 'ready'
  /** Begun, and not waited for, or not to its end. */
  | 'begun'
  /** Not begun: the time was over. */
  | 'skipped'
  /** The member has left, and nothing is left of it. */
  | 'gone'
  /** Nothing was to be done. */
  | 'kept'
  /** It has a job, and busy workers were not to be asked. */
  | 'busy'
  /** It cannot become ready; `state` and `detail` say why. */
  | 'failed'

/** An action with what became of it. */
export interface DoneAction extends ScaleAction {
  readonly result: ScaleResult
  /** Of a member that failed. */
  readonly state?: MemberState | undefined
  readonly detail?: string | undefined
  readonly durationMs: number
}

/** Something that happens while a plan is carried out, for the person who waits. */
export interface ScaleProgress {
  readonly action: ScaleAction
  /** A few words: `created`, `waits for its job 42`. */
  readonly doing: string
}

/** Everything that carrying out a plan needs. */
export interface ScaleRun {
  readonly backend: FleetBackend
  /** What new members are made from; absent where none are made. */
  readonly spec?: WorkerSpec | undefined
  readonly target: ScaleTarget
  /** Wait until new members are ready and others have left. */
  readonly wait: boolean
  /** Busy members may be asked to leave. */
  readonly drainBusy: boolean
  readonly clock: Clock
  /** No waiting from here on; what was begun goes on by itself. */
  readonly signal: AbortSignal
  /** Limits how many members are made at the same time. */
  readonly places: Places
  readonly onProgress: (progress: ScaleProgress) => void
  readonly onDone: (action: DoneAction) => void
}

/** What a member's end leads to. */
export type Ending = Pick<DoneAction, 'result' | 'state' | 'detail'>
