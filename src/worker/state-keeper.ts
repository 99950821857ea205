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
  /** How long the worker may be idle; undefined: as long as it likes. */
  readonly idleLimitMs: number | undefined
  readonly onIdleLimit: () => void
}

/** Keeps a worker's state: every change is told once, and idleness is watched where it has a limit. */
export class StateKeeper implements Disposable {
  readonly #options: StateKeeperOptions
  #standing: Standing
  #idleTimer: Disposable | undefined

  constructor(options: StateKeeperOptions) {
    this.#options = options
    this.#standing = { state: 'starting', sinceMs: options.clock.now(), reason: undefined }
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

  #watchIdleness(): void {
    const { clock, idleLimitMs, onIdleLimit } = this.#options
    this[Symbol.dispose]()
    if (idleLimitMs !== undefined && this.state === 'idle') this.#idleTimer = clock.timer(idleLimitMs, onIdleLimit)
  }
}
