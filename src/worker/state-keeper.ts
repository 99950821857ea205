import type { WorkerState } from '../protocol/worker-state.ts'
import type { Clock } from '../shared/clock.ts'
import { isoMoment } from '../shared/iso-moment.ts'
import type { WorkerEvent } from './worker-events.ts'

/** A worker's state, since when and why. */
export interface Standing {
  readonly state: WorkerState
  /** Milliseconds since the epoch. */
  readonly sinceMs: number
  readonly reason: string | undefined
}

export interface StateKeeperOptions {
  readonly clock: Clock
  readonly onEvent: (event: WorkerEvent) => void
  /** How long the worker may be without a job, wherever it is meanwhile; undefined: as long as it likes. */
  readonly idleLimitMs: number | undefined
  readonly onIdleLimit: () => void
}

/** A job is in hand, or none is waited for any more: the time in these states is no idleness. */
const engaged: readonly WorkerState[] = ['busy', 'draining', 'stopped']

/** Keeps a worker's state: every change is told once, and idleness is watched where it has a limit. */
export class StateKeeper implements Disposable {
  readonly #options: StateKeeperOptions
  #standing: Standing
  #idleTimer: Disposable | undefined

  constructor(options: StateKeeperOptions) {
    this.#options = options
    this.#standing = { state: 'starting', sinceMs: options.clock.now(), reason: undefined }
    this.#watchIdleness()
  }

  get standing(): Standing {
    return this.#standing
  }

  get state(): WorkerState {
    return this.#standing.state
  }

  /** The only place the state changes. The reason may change without it, for whoever looks. */
  moveTo(state: WorkerState, { reason, untilMs }: { reason?: string | undefined; untilMs?: number | undefined } = {}) {
    const { state: from, sinceMs, reason: before } = this.#standing
    if (from === state) {
      this.#standing = { state, sinceMs, reason: reason ?? before }
      return
    }
    this.#standing = { state, sinceMs: this.#options.clock.now(), reason }
    const until = isoMoment(untilMs)
    this.#options.onEvent({ type: 'state', from, to: state, ...(reason && { reason }), ...(until && { until }) })
    this.#watchIdleness()
  }

  [Symbol.dispose](): void {
    this.#idleTimer?.[Symbol.dispose]()
    this.#idleTimer = undefined
  }

  /** From one job to the next, also over a lost connection: a script that gave a limit would wait for ever at a router that is gone. */
  #watchIdleness(): void {
    const { clock, idleLimitMs, onIdleLimit } = this.#options
    if (engaged.includes(this.state)) this[Symbol.dispose]()
    else if (idleLimitMs !== undefined) this.#idleTimer ??= clock.timer(idleLimitMs, onIdleLimit)
  }
}
