import { type Policy, policyObjection } from '../protocol/policy.ts'
import type { Capabilities } from '../protocol/worker-messages.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { announcedCapabilities } from './announced-capabilities.ts'
import { builtinToolNames } from './claude/builtin-tools.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import { JobDesk } from './jobs/job-desk.ts'
import { planBuiltins } from './jobs/plan-builtins.ts'
import type {
  LinkHandlers,
  LinkLoss,
  RouterConnection,
  UnreadableFrame,
  Welcome,
  WorkMessage,
} from './link/link-handlers.ts'
import { RouterLink } from './link/router-link.ts'
import type { StopRequests } from './stop-requests.ts'
import type { WorkerConfig } from './worker-config.ts'
import type { WorkerEvent } from './worker-events.ts'
import type { WorkerExit } from './worker-exit.ts'
import { WorkerLife } from './worker-life.ts'
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

/** One worker: a link to the router, a desk where jobs are done, and a life that decides when to leave. */
export class Worker {
  readonly #config: WorkerConfig
  readonly #deps: WorkerDeps
  readonly #link: RouterLink
  readonly #desk: JobDesk
  readonly #life: WorkerLife

  constructor(config: WorkerConfig, deps: WorkerDeps) {
    this.#config = config
    this.#deps = deps
    this.#desk = new JobDesk({
      config,
      ...deps,
      onStarted: () => this.#life.jobOnStarted(),
      onSettled: (settlement) => this.#life.jobOnSettled(settlement),
    })
    this.#link = new RouterLink({
      ...config,
      ...deps,
      address: config.router,
      key: config.workerKey,
      capabilities: () => this.#capabilities(),
      handlers: this.#handlers(),
    })
    this.#life = new WorkerLife({ config, ...deps, link: this.#link, desk: this.#desk })
  }

  /** What others may know of it. */
  get view(): WorkerView {
    const { size: jobsInHand, rateLimit, noted } = this.#desk
    const { heartbeatAckAgeMs } = this.#link
    return { ...this.#life.standing, jobsInHand, heartbeatAckAgeMs, rateLimit, noted }
  }

  /** Works until it was asked to stop or cannot go on. Never rejects; to be called once. */
  async run(): Promise<WorkerExit> {
    const { stop, claude } = this.#deps
    using _steps = stop.onStep((step, cause) => this.#life.stop(step, cause))
    // Without built-in tools every policy leads to the same process, which may as well start now.
    if (this.#config.builtinTools !== 'all' && this.#config.builtinTools.length === 0) claude.park([])
    this.#link.start()
    if (stop.step && stop.cause) this.#life.stop(stop.step, stop.cause)
    return await this.#life.untilEnd()
  }

  /** Whoever keeps the worker away from the router is asked again now. False when nobody does. */
  retryNow(): boolean {
    return this.#life.retryNow()
  }

  #handlers(): LinkHandlers {
    const { onEvent } = this.#deps
    const router = this.#config.router.http.origin
    return {
      connecting: (attempt) => onEvent({ type: 'connecting', router, attempt }),
      up: (welcome) => this.#linkOnUp(welcome, router),
      message: (message, connection) => this.#linkOnMessage(message, connection),
      unreadable: (frame, connection) => this.#linkOnUnreadable(frame, connection),
      down: (loss) => this.#linkOnDown(loss),
      refused: (error) => this.#life.linkOnRefused(error),
      warning: (code, message) => onEvent({ type: 'warning', code, message }),
    }
  }

  /** A leaving worker announces no more slots than are in use; none at all is a number that routers overlook. */
  #capabilities(): Capabilities {
    const slots = this.#life.isLeaving ? Math.max(1, this.#desk.size) : this.#config.concurrency
    return announcedCapabilities(slots, this.#config.defaultModel)
  }

  #linkOnUp({ workerId, policy }: Welcome, router: string): void {
    const builtinTools = this.#applyPolicy(policy)
    const model = policy.model_name || this.#config.defaultModel
    this.#deps.onEvent({ type: 'connected', router, workerId, model, slots: this.#config.concurrency, builtinTools })
    this.#life.linkOnUp()
  }

  #linkOnMessage(message: WorkMessage, connection: RouterConnection): void {
    switch (message.type) {
      case 'job':
        if (this.#life.acceptsJob(message.job_id)) this.#desk.take(message, connection)
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

  #linkOnUnreadable({ type, jobId, problem }: UnreadableFrame, connection: RouterConnection): void {
    if (type === 'job') connection.send({ type: 'error', job_id: jobId, error: `the job cannot be read: ${problem}` })
  }

  #linkOnDown({ kind, reason, connection, retryInMs }: LinkLoss): void {
    if (connection) this.#desk.connectionLost(connection)
    this.#deps.onEvent({ type: 'disconnected', kind, reason, retryInMs })
    this.#life.linkOnDown(reason)
  }

  #updatePolicy(policy: Policy): void {
    const objection = policyObjection(policy)
    if (objection) this.#life.stopFor(objection)
    else this.#applyPolicy(policy)
  }

  /** From the next job on. Returns the built-in tools that are now allowed. */
  #applyPolicy(policy: Policy): readonly string[] {
    this.#desk.policy = policy
    const builtin = builtinToolNames(planBuiltins(this.#config.builtinTools, policy.builtin_tools, []))
    this.#deps.claude.park(builtin)
    return builtin
  }
}
