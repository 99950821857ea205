import type { Clock } from '../shared/clock.ts'
import type { ExitName } from '../shared/exit-codes.ts'
import type { Log } from '../shared/log.ts'
import type { ClaudeFailure } from './claude/claude-failure.ts'
import type { CancelReason } from './jobs/job-cancelled-error.ts'
import type { Consequence } from './jobs/settle.ts'
import { momentToLeave } from './link/leave-window.ts'
import type { StopCause, StopStep } from './stop-requests.ts'

/** Why the worker wants to leave the router. `stop` ends it, the others keep it away for a while. */
export interface LeaveReason {
  readonly kind: 'stop' | Consequence['kind']
  /** In no hurry: an idle worker waits for a moment at which leaving stalls no caller. */
  readonly linger: boolean
  readonly failure?: ClaudeFailure | undefined
}

export interface DepartureOptions {
  readonly drainTimeoutMs: number
  readonly lingerMs: number
  readonly clock: Clock
  readonly log: Log
  readonly jobs: { readonly size: number; cancelAll(reason: CancelReason): void }
  /** The open connection's windows for jobs; undefined while there is none. */
  readonly windows: () => { readonly helloAckAt: number; readonly lastCompleteAt: number | undefined } | undefined
  /** The decision was made or has changed. */
  readonly onDecided: (reason: LeaveReason) => void
  /** Nothing runs any more: go. `forced` is set where work was not waited for. */
  readonly onLeave: (reason: LeaveReason, forced: ExitName | undefined) => void
  /** Do not wait for anything any more. */
  readonly onKill: (exit: ExitName) => void
}

/**
 * The worker's leaving of the router: from the decision, through the end of what runs, to the moment at which it harms nobody.
 *
 *   decided ──jobs run──> draining ──last one settled──> leave
 *      └──idle──> leave, or (in no hurry) linger ──a job comes──> draining
 *                                           └──the window ends──> leave
 */
export class Departure implements Disposable {
  readonly #options: DepartureOptions
  #reason: LeaveReason | undefined
  #decidedAtMs = 0
  #forced: ExitName | undefined
  #drainTimer: Disposable | undefined
  #lingerTimer: Disposable | undefined

  constructor(options: DepartureOptions) {
    this.#options = options
  }

  get isDecided(): boolean {
    return this.#reason !== undefined
  }

  /** Carries out a request to stop. */
  stop(step: StopStep, cause: StopCause): void {
    switch (step) {
      case 'drain':
      case 'finish':
        this.#drainTimer ??= this.#options.clock.timer(this.#options.drainTimeoutMs, () => this.#drainOnDeadline())
        this.decide({ kind: 'stop', linger: step === 'drain' })
        break
      case 'cancel':
        this.#force('stop-forced', cause.exit)
        break
      case 'kill':
        this.#options.onKill(cause.exit)
        break
    }
  }

  /** The worker leaves as soon as it may. A later decision replaces an earlier one. */
  decide(reason: LeaveReason): void {
    this.#stopLingering()
    this.#reason = reason
    this.#decidedAtMs = this.#options.clock.now()
    this.#options.onDecided(reason)
    this.proceed()
  }

  /**
   * Whether a job that has just come is still to be done: always before the decision, and as the last one while the worker
   * lingers, since leaving right after a job is cleaner than any window.
   */
  accepts(): boolean {
    if (!this.#reason) return true
    if (!this.#lingerTimer) return false
    this.#hurry()
    return true
  }

  /** A job has ended: from here on, leaving at once is the clean way. */
  jobOnSettled(): void {
    this.#hurry()
    this.proceed()
  }

  /** Leaves if nothing runs and, in no hurry, the moment has come. */
  proceed(): void {
    const reason = this.#reason
    if (!reason || this.#options.jobs.size > 0 || this.#lingerTimer) return
    const windows = this.#options.windows()
    if (reason.linger && windows) this.#linger(windows)
    else this.#leave()
  }

  /** What kept the worker away is over, or another kind of ending has taken over. */
  forget(): void {
    this.#stopLingering()
    this.#reason = undefined
  }

  [Symbol.dispose](): void {
    this.forget()
    this.#drainTimer?.[Symbol.dispose]()
  }

  #linger(windows: { helloAckAt: number; lastCompleteAt: number | undefined }): void {
    const { clock, lingerMs } = this.#options
    const now = clock.now()
    const leftMs = Math.max(0, lingerMs - (now - this.#decidedAtMs))
    this.#lingerTimer = clock.timer(momentToLeave({ ...windows, now, lingerMs: leftMs }) - now, () => this.#leave())
  }

  #leave(): void {
    const reason = this.#reason
    this.forget()
    if (reason) this.#options.onLeave(reason, this.#forced)
  }

  #hurry(): void {
    this.#stopLingering()
    if (this.#reason) this.#reason = { ...this.#reason, linger: false }
  }

  #stopLingering(): void {
    this.#lingerTimer?.[Symbol.dispose]()
    this.#lingerTimer = undefined
  }

  #drainOnDeadline(): void {
    if (this.#options.jobs.size === 0) return
    this.#options.log.warn({}, 'the drain deadline has passed: what still runs goes back to the router')
    this.#force('drain-deadline', 'drainDeadline')
  }

  /** Leaving without waiting for work shows in the exit code, but only if there was work. */
  #force(reason: CancelReason, exit: ExitName): void {
    const { jobs } = this.#options
    if (jobs.size > 0) this.#forced ??= exit
    jobs.cancelAll(reason)
    this.decide({ kind: 'stop', linger: false })
  }
}
