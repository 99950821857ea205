import type { Job } from '../protocol/job.ts'
import { type Policy, policyObjection } from '../protocol/policy.ts'
import type { Capabilities } from '../protocol/worker-messages.ts'
import type { Clock } from '../shared/clock.ts'
import { type AuxotError, UsageError } from '../shared/errors.ts'
import type { ExitName } from '../shared/exit-codes.ts'
import type { Log } from '../shared/log.ts'
import type { Absence } from './absence.ts'
import { announcedCapabilities } from './announced-capabilities.ts'
import { builtinToolNames } from './claude/builtin-tools.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import { Departure, type LeaveReason } from './departure.ts'
import { JobDesk } from './jobs/job-desk.ts'
import { planBuiltins } from './jobs/plan-builtins.ts'
import type { Settlement } from './jobs/settle.ts'
import type {
  LinkHandlers,
  LinkLoss,
  RouterConnection,
  UnreadableFrame,
  Welcome,
  WorkMessage,
} from './link/link-handlers.ts'
import { RouterLink } from './link/router-link.ts'
import { type Away, openAbsence, probeEveryMs } from './open-absence.ts'
import { planLeave } from './plan-leave.ts'
import { StateKeeper } from './state-keeper.ts'
import type { StopRequests } from './stop-requests.ts'
import type { WorkerConfig } from './worker-config.ts'
import type { WorkerEvent } from './worker-events.ts'
import type { WorkerExit } from './worker-exit.ts'
import type { WorkerView } from './worker-view.ts'

export interface WorkerDeps {
  readonly claude: ClaudePool
  readonly stop: StopRequests
  readonly clock: Clock
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
  readonly log: Log
  readonly onEvent: (event: WorkerEvent) => void
  /** PEM text of certificates that are trusted beside the built-in ones. */
  readonly extraCa?: string | undefined
}

/** Close codes of RFC 6455. */
const goingAway = 1000
const tryAgainLater = 1013

/**
 * One worker: a link to the router, a desk where jobs are done, and the decision when to leave.
 * Many may ask it to stop or to leave; only this class acts on it.
 */
export class Worker {
  readonly #config: WorkerConfig
  readonly #deps: WorkerDeps
  readonly #link: RouterLink
  readonly #desk: JobDesk
  readonly #departure: Departure
  readonly #states: StateKeeper
  readonly #ended = Promise.withResolvers<WorkerExit>()
  #connection: RouterConnection | undefined
  #lastCompleteAt: number | undefined
  #absence: Absence | undefined
  #error: AuxotError | undefined
  /** How it is about to end; being killed replaces what was decided before. */
  #end: WorkerExit | undefined
  #jobsStarted = 0

  constructor(config: WorkerConfig, deps: WorkerDeps) {
    this.#config = config
    this.#deps = deps
    this.#states = new StateKeeper({
      ...deps,
      idleLimitMs: config.exitAfterIdleMs,
      onIdleLimit: () => deps.stop.ask('drain', { by: '--exit-after-idle', exit: 'terminated' }),
    })
    this.#desk = new JobDesk({
      config,
      ...deps,
      onStarted: () => this.#jobOnStarted(),
      onSettled: (settlement) => this.#jobOnSettled(settlement),
    })
    this.#departure = new Departure({
      ...config,
      ...deps,
      jobs: this.#desk,
      windows: () =>
        this.#connection && { helloAckAt: this.#connection.helloAckAt, lastCompleteAt: this.#lastCompleteAt },
      onDecided: (reason) => this.#departureOnDecided(reason),
      onLeave: (reason, forced) => this.#leave(reason, forced),
      onKill: (exit) => this.#kill(exit),
    })
    this.#link = new RouterLink({
      ...config,
      ...deps,
      address: config.router,
      key: config.workerKey,
      capabilities: () => this.#capabilities(),
      handlers: this.#handlers(),
    })
  }

  /** What others may know of it. */
  get view(): WorkerView {
    const { size: jobsInHand, rateLimit, noted } = this.#desk
    const { heartbeatAckAgeMs } = this.#link
    return {
      ...this.#states.standing,
      untilMs: this.#absence?.untilMs,
      jobsInHand,
      heartbeatAckAgeMs,
      rateLimit,
      noted,
    }
  }

  /** Works until it was asked to stop or cannot go on. Never rejects; to be called once. */
  async run(): Promise<WorkerExit> {
    const { stop, claude } = this.#deps
    using _steps = stop.onStep((step, cause) => this.#departure.stop(step, cause))
    // Without built-in tools every policy leads to the same process, which may as well start now.
    if (this.#config.builtinTools !== 'all' && this.#config.builtinTools.length === 0) claude.park([])
    this.#link.start()
    if (stop.step && stop.cause) this.#departure.stop(stop.step, stop.cause)
    const end = await this.#ended.promise
    for (const timer of [this.#absence, this.#departure]) timer?.[Symbol.dispose]()
    this.#states.moveTo('stopped')
    return end
  }

  /** Whoever keeps the worker away from the router is asked again now. False when nobody does. */
  retryNow(): boolean {
    this.#absence?.tryNow()
    return this.#absence !== undefined
  }

  #handlers(): LinkHandlers {
    const router = this.#config.router.http.origin
    return {
      connecting: (attempt) => this.#deps.onEvent({ type: 'connecting', router, attempt }),
      up: (welcome) => this.#linkOnUp(welcome, router),
      message: (message, connection) => this.#linkOnMessage(message, connection),
      unreadable: (frame, connection) => this.#linkOnUnreadable(frame, connection),
      down: (loss) => this.#linkOnDown(loss),
      refused: (error) => this.#linkOnRefused(error),
      warning: (code, message) => this.#deps.onEvent({ type: 'warning', code, message }),
    }
  }

  /** A leaving worker announces no more slots than are in use; none at all is a number that routers overlook. */
  #capabilities(): Capabilities {
    const slots = this.#departure.isDecided ? Math.max(1, this.#desk.size) : this.#config.concurrency
    return announcedCapabilities(slots, this.#config.defaultModel)
  }

  #linkOnUp({ workerId, policy, connection }: Welcome, router: string): void {
    this.#connection = connection
    this.#lastCompleteAt = undefined
    const builtinTools = this.#applyPolicy(policy)
    const model = policy.model_name || this.#config.defaultModel
    this.#deps.onEvent({ type: 'connected', router, workerId, model, slots: this.#config.concurrency, builtinTools })
    this.#showState()
    this.#departure.proceed()
  }

  /** From the next job on. Returns the built-in tools that are now allowed. */
  #applyPolicy(policy: Policy): readonly string[] {
    this.#desk.policy = policy
    const builtin = builtinToolNames(planBuiltins(this.#config.builtinTools, policy.builtin_tools, []))
    this.#deps.claude.park(builtin)
    return builtin
  }

  #linkOnMessage(message: WorkMessage, connection: RouterConnection): void {
    switch (message.type) {
      case 'job':
        this.#takeJob(message, connection)
        break
      case 'cancel':
        this.#desk.cancel(message.job_id, 'cancelled-by-router')
        break
      case 'policy_update':
        this.#updatePolicy(message.policy)
        break
      case 'job.tool.call.result':
        this.#desk.liveToolResult(message)
        break
      case 'error':
        this.#deps.log.warn({ details: message.details }, `the router reports an error: ${message.error}`)
        break
    }
  }

  #takeJob(job: Job, connection: RouterConnection): void {
    if (this.#departure.accepts()) {
      this.#desk.take(job, connection)
      return
    }
    this.#deps.log.info({ job: job.job_id }, 'leaving: the job is not started, the router gives it to another worker')
    this.#departure.proceed()
  }

  #linkOnUnreadable({ type, jobId, problem }: UnreadableFrame, connection: RouterConnection): void {
    if (type === 'job') connection.send({ type: 'error', job_id: jobId, error: `the job cannot be read: ${problem}` })
  }

  #updatePolicy(policy: Policy): void {
    const objection = policyObjection(policy)
    if (!objection) {
      this.#applyPolicy(policy)
      return
    }
    this.#error = new UsageError(`The router's new policy ends this worker: ${objection}.`)
    this.#departure.decide({ kind: 'stop', linger: false })
  }

  #linkOnDown({ kind, reason, connection, retryInMs }: LinkLoss): void {
    this.#connection = undefined
    if (connection) this.#desk.connectionLost(connection)
    this.#deps.onEvent({ type: 'disconnected', kind, reason, retryInMs })
    // What a leaving worker is in is its own doing, not the connection's.
    this.#showState(this.#departure.isDecided ? undefined : reason)
    this.#departure.proceed()
  }

  #linkOnRefused(error: AuxotError): void {
    if (error.exit !== 'refused' || this.#config.onAuthFailure === 'exit') {
      this.#finish({ exit: error.exit, error })
      return
    }
    this.#deps.onEvent({ type: 'warning', code: error.code, message: error.message })
    // Only the router can tell whether the key is good again, so coming back is the probe.
    const untilMs = this.#deps.clock.now() + probeEveryMs.auth_failed
    this.#stayAway({ kind: 'auth_failed', untilMs, reason: error.message, asksRouter: true })
  }

  #jobOnStarted(): void {
    this.#jobsStarted += 1
    const { exitAfterJobs } = this.#config
    if (exitAfterJobs !== undefined && this.#jobsStarted >= exitAfterJobs) {
      this.#deps.stop.ask('finish', { by: `--exit-after-jobs ${exitAfterJobs}`, exit: 'terminated' })
    }
    this.#showState()
  }

  #jobOnSettled({ consequence, message }: Settlement): void {
    if (message) this.#lastCompleteAt = this.#deps.clock.now()
    if (this.#departure.isDecided) this.#link.updateCapabilities()
    else if (consequence) this.#departure.decide({ ...consequence, linger: false })
    this.#showState()
    this.#departure.jobOnSettled()
  }

  #departureOnDecided({ kind }: LeaveReason): void {
    this.#absence?.[Symbol.dispose]()
    this.#absence = undefined
    this.#desk.giveBackWaiting()
    if (kind === 'stop') this.#deps.claude.stopKeeping()
    this.#link.updateCapabilities()
    this.#showState(kind === 'stop' ? (this.#error?.message ?? this.#deps.stop.cause?.by) : kind)
  }

  #leave(reason: LeaveReason, forced: ExitName | undefined): void {
    const plan = planLeave(reason, { forced, error: this.#error, config: this.#config })
    if ('end' in plan) this.#finish(plan.end)
    else this.#stayAway(plan.away)
  }

  #stayAway(away: Away): void {
    const { kind, untilMs, reason } = away
    const { clock, claude } = this.#deps
    this.#connection = undefined
    const left = this.#link.leave(kind === 'rate_limited' ? tryAgainLater : goingAway)
    this.#absence = openAbsence(away, {
      claude,
      model: this.#config.defaultModel,
      onReturn: () => void left.then(() => this.#comeBack()),
      clock,
    })
    this.#states.moveTo(kind, { reason, untilMs })
  }

  #comeBack(): void {
    this.#absence = undefined
    this.#desk.rateLimit = undefined
    this.#states.moveTo('reconnecting', { reason: 'coming back' })
    void this.#link.rejoin()
  }

  #kill(exit: ExitName): void {
    this.#giveJobsUp()
    this.#deps.claude.kill()
    this.#end = { exit }
    void this.#link.terminate().then(() => this.#ended.resolve({ exit }))
  }

  /** The end. Whatever still runs belongs to the connection that is closed here, and so to the router again. */
  #finish(end: WorkerExit): void {
    this.#giveJobsUp()
    this.#end ??= end
    void this.#link.close(goingAway).then(() => this.#ended.resolve(this.#end ?? end))
  }

  #giveJobsUp(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection) this.#desk.connectionLost(connection)
  }

  /** The state follows from what is the case; an absence sets its own. */
  #showState(reason?: string): void {
    if (this.#absence) return
    if (this.#departure.isDecided) this.#states.moveTo('draining', { reason })
    else if (this.#connection) this.#states.moveTo(this.#desk.size > 0 ? 'busy' : 'idle')
    else if (this.#states.state !== 'starting') this.#states.moveTo('reconnecting', { reason })
  }
}
