import type { WorkerDecision, WorkerReport } from '../protocol/control-answers.ts'
import type { FleetMember } from './member.ts'
import type { WorkerSpec } from './worker-spec.ts'

/** What is asked of a member through its control socket. */
export type MemberRequest =
  | { readonly op: 'drain'; readonly ifIdle?: boolean }
  | { readonly op: 'stop'; readonly force?: boolean }

/** How a member that does not answer is ended. */
export interface EndOptions {
  /** Its time is a few seconds, not what its jobs may take. */
  readonly isForced: boolean
  /** Ends only the waiting for it. */
  readonly signal: AbortSignal
}

/** What a fleet was last made to be; kept by the backend, so that it is known wherever the backend is asked from. */
export interface FleetRecord {
  readonly desired: number
  readonly configHash: string
}

/** A fleet and what is remembered of it. */
export interface FleetView {
  readonly members: readonly FleetMember[]
  readonly record: FleetRecord | undefined
}

/**
 * Where a fleet's workers run, in our words. Whatever is asked for a second time, or of a member that is gone, counts as done.
 * Every method throws a BackendError where the backend cannot be reached or refuses.
 */
export interface FleetBackend {
  /** All members of the fleet, with what they say themselves, and the record. */
  view(fleet: string): Promise<FleetView>
  /** Remembers what the fleet was made to be; undefined where it is no more. */
  remember(fleet: string, record: FleetRecord | undefined): Promise<void>
  /** Makes a member without starting it: nothing of it is ever half there for others. `isSuccessor` gives it a name of its own. */
  create(slot: number, spec: WorkerSpec, options: { readonly isSuccessor: boolean }): Promise<string>
  /** Starts a member, which from here on comes back by itself after a crash or a restart of the backend. */
  start(id: string): Promise<void>
  /** Asks the worker itself. Undefined where nobody answers. An accepted member does not come back by itself any more. */
  ask(id: string, request: MemberRequest): Promise<WorkerDecision | undefined>
  /** Has the backend end a member that does not answer: politely at first, by force when its time is over, also when waiting was called off. */
  terminate(id: string, options: EndOptions): Promise<void>
  /** Resolves when the router has accepted the member, or it is clear that this will not happen. */
  untilReady(id: string, signal: AbortSignal): Promise<Readiness>
  /** Resolves when the member's process has ended, or it is gone. */
  untilEnded(id: string, signal: AbortSignal): Promise<void>
  /** Removes a member with everything that was its own; what still runs of it is killed. */
  remove(id: string): Promise<void>
  /** Gives a successor the name of its slot, once nobody else bears it. */
  settleName(id: string): Promise<void>
  /** Removes what members left behind that are gone: their stored secrets. */
  removeLeftovers(fleet: string): Promise<void>
  /** Takes the fleet's lock; it ends with this process, whatever ends it. @throws FleetLockedError after `waitMs`. */
  lock(fleet: string, options: LockOptions): Promise<AsyncDisposable>
}

/** How long somebody else may hold the lock. */
export interface LockOptions {
  readonly waitMs: number
  /** The image of the fleet's workers; of those that are there when absent. */
  readonly imageId?: string | undefined
  readonly signal: AbortSignal
  /** Somebody else holds it: who. Told once of each. */
  readonly onWait: (holder: string) => void
}

/** What came of waiting for a member. */
export type Readiness =
  | { readonly kind: 'ready'; readonly report: WorkerReport }
  /** It will not be ready without somebody doing something: `auth_failed`, `crash_loop`, `stopped`. */
  | { readonly kind: 'failed'; readonly state: FleetMember['state']; readonly reason: string | undefined }
