import type { Clock } from '../shared/clock.ts'
import { type AuxotError, UsageError } from '../shared/errors.ts'
import type { ExitName } from '../shared/exit-codes.ts'
import type { Log } from '../shared/log.ts'
import { Absences } from './absences.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import { Departure, type LeaveReason } from './departure.ts'
import type { JobDesk } from './jobs/job-desk.ts'
import type { Settlement } from './jobs/settle.ts'
import type { RouterLink } from './link/router-link.ts'
import { probeEveryMs } from './open-absence.ts'
import { OwnLimits } from './own-limits.ts'
import { planLeave } from './plan-leave.ts'
import { RouterUnreachableError } from './router-unreachable-error.ts'
import { stateFrom } from './state-from.ts'
import { StateKeeper } from './state-keeper.ts'
import type { StopCause, StopRequests, StopStep } from './stop-requests.ts'
import type { WorkerConfig } from './worker-config.ts'
import { WorkerEnd } from './worker-end.ts'
import type { WorkerEvent } from './worker-events.ts'
import type { WorkerExit } from './worker-exit.ts'
import type { WorkerView } from './worker-view.ts'

export interface WorkerLifeOptions {
  readonly config: WorkerConfig
  readonly link: RouterLink
  readonly desk: JobDesk
  readonly claude: ClaudePool
  readonly clock: Clock
  readonly stop: StopRequests
  readonly log: Log
  readonly onEvent: (event: WorkerEvent) => void
}

/**
 * A worker's life beside its work: the state it is in, and its leaving of the router, for a while or for good.
 * It is told what happens at the link and at the desk; many may ask it to stop, only it acts.
 */
export class WorkerLife {
  readonly #options: WorkerLifeOptions
  readonly #limits: OwnLimits
  readonly #states: StateKeeper
  readonly #departure: Departure
  readonly #absences: Absences
  readonly #end: WorkerEnd
  /** The last `complete` of the connection that is open. */
  #lastCompleteAt: number | undefined
  /** What the worker ends with, where that is no request of anybody's. */
  #error: AuxotError | undefined

  constructor(options: WorkerLifeOptions) {
    const { config, desk } = options
    this.#options = options
    this.#limits = new OwnLimits(config, options.stop)
    this.#states = new StateKeeper({
      ...options,
      idleLimitMs: this.#limits.idleMs,
      onIdleLimit: () => this.#idleTooLong(),
    })
    this.#departure = new Departure({
      ...config,
      ...options,
      jobs: desk,
      windows: () => this.#windows(),
      onDecided: (reason) => this.#departureOnDecided(reason),
      onLeave: (reason, forced) => this.#leave(reason, forced),
      onKill: (exit) => this.#end.kill(exit),
    })
    this.#absences = new Absences({
      ...options,
      states: this.#states,
      model: config.defaultModel,
      onReturn: () => {
        desk.rateLimit = undefined
      },
    })
    this.#end = new WorkerEnd(options)
  }

  /** Its state, since when and why, and when that is expected to end. */
  get standing(): Pick<WorkerView, 'state' | 'sinceMs' | 'reason' | 'untilMs'> {
    return { ...this.#states.standing, untilMs: this.#absences.untilMs }
  }

  /** It was decided that the worker leaves the router. */
  get isLeaving(): boolean {
    return this.#departure.isDecided
  }

  /** Resolves with how the worker ended. Never rejects; to be called once. */
  async untilEnd(): Promise<WorkerExit> {
    const end = await this.#end.reached
    for (const timer of [this.#absences, this.#departure]) timer[Symbol.dispose]()
    this.#states.moveTo('stopped')
    return end
  }

  /** Carries out a request to stop. */
  stop(step: StopStep, cause: StopCause): void {
    this.#departure.stop(step, cause)
  }

  /** The router's new policy is none that this worker can live with: it ends as soon as its jobs have. */
  stopFor(objection: string): void {
    this.#error = new UsageError(`The router's new policy ends this worker: ${objection}.`)
    this.#departure.decide({ kind: 'stop', linger: false })
  }

  /** Whoever keeps the worker away from the router is asked again now. False when nobody does. */
  retryNow(): boolean {
    return this.#absences.tryNow()
  }

  /** The router accepted the worker. */
  linkOnUp(): void {
    this.#lastCompleteAt = undefined
    this.#showState()
    this.#departure.proceed()
  }

  /** A try to connect has failed, or the connection is lost. */
  linkOnDown(reason: string): void {
    // What a leaving worker is in is its own doing, not the connection's.
    this.#showState(this.isLeaving ? undefined : reason)
    this.#departure.proceed()
  }

  /** The router will not have this worker: it ends, or stays away for a while. */
  linkOnRefused(error: AuxotError): void {
    const { config, clock, onEvent } = this.#options
    if (error.exit !== 'refused' || config.onAuthFailure === 'exit') {
      this.#end.finish({ exit: error.exit, error })
      return
    }
    onEvent({ type: 'warning', code: error.code, message: error.message })
    // Only the router can tell whether the key is good again, so coming back is the probe.
    const untilMs = clock.now() + probeEveryMs.auth_failed
    this.#absences.begin({ kind: 'auth_failed', untilMs, reason: error.message, asksRouter: true })
  }

  /** Whether a job that has just come is still to be done; where it is not, the worker goes as soon as nothing holds it. */
  acceptsJob(jobId: string): boolean {
    if (this.#departure.accepts()) return true
    this.#options.log.info({ job: jobId }, 'leaving: the job is not started, the router gives it to another worker')
    this.#departure.proceed()
    return false
  }

  /** A job began at the desk. */
  jobOnStarted(): void {
    this.#limits.jobOnStarted()
    this.#showState()
  }

  /** A job is over and its place at the desk is free again. */
  jobOnSettled({ consequence, message }: Settlement): void {
    const { clock, link } = this.#options
    if (message) this.#lastCompleteAt = clock.now()
    if (this.isLeaving) link.updateCapabilities()
    else if (consequence) this.#departure.decide({ ...consequence, linger: false })
    this.#showState()
    this.#departure.jobOnSettled()
  }

  /** The router's windows for jobs, where a connection is open. */
  #windows(): { helloAckAt: number; lastCompleteAt: number | undefined } | undefined {
    const { connection } = this.#options.link
    return connection && { helloAckAt: connection.helloAckAt, lastCompleteAt: this.#lastCompleteAt }
  }

  #idleTooLong(): void {
    const { state, reason } = this.#states.standing
    if (state === 'starting' || state === 'reconnecting') {
      const error = new RouterUnreachableError(reason)
      this.#end.finish({ exit: error.exit, error })
    } else this.#limits.idleTooLong()
  }

  #departureOnDecided({ kind }: LeaveReason): void {
    const { desk, claude, link, stop } = this.#options
    this.#absences[Symbol.dispose]()
    desk.giveBackWaiting()
    if (kind === 'stop') claude.stopKeeping()
    link.updateCapabilities()
    this.#showState(kind === 'stop' ? (this.#error?.message ?? stop.cause?.by) : kind)
  }

  #leave(reason: LeaveReason, forced: ExitName | undefined): void {
    const plan = planLeave(reason, { forced, error: this.#error, config: this.#options.config })
    if ('end' in plan) this.#end.finish(plan.end)
    else this.#absences.begin(plan.away)
  }

  #showState(reason?: string): void {
    const { desk, link } = this.#options
    const state = stateFrom({
      isAway: this.#absences.isAway,
      isLeaving: this.isLeaving,
      isConnected: link.connection !== undefined,
      jobs: desk.size,
      stateBefore: this.#states.state,
    })
    if (state) this.#states.moveTo(state, { reason })
  }
}
