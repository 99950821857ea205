import { isCoordinatorJob, type Job } from '../../protocol/job.ts'
import type { Policy } from '../../protocol/policy.ts'
import type { ToolCallResult } from '../../protocol/router-messages.ts'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeEvent, RateLimit } from '../claude/claude-event.ts'
import { ClaudeFailure } from '../claude/claude-failure.ts'
import type { ClaudePool } from '../claude/claude-pool.ts'
import type { RouterConnection } from '../link/link-handlers.ts'
import type { WorkerConfig } from '../worker-config.ts'
import type { WorkerEvent } from '../worker-events.ts'
import type { CancelReason } from './job-cancelled-error.ts'
import type { JobOutcome } from './job-outcome.ts'
import { JobSlots } from './job-slots.ts'
import { LiveToolCalls } from './live-tool-calls.ts'
import { type NotedField, notedFields, type PlanNote } from './plan-note.ts'
import { type PlannedTurn, planTurn } from './plan-turn.ts'
import { messageFrom } from './reports.ts'
import { runJob } from './run-job.ts'
import { type RunningJob, RunningJobs } from './running-jobs.ts'
import { type Settlement, settlementOf } from './settle.ts'

export interface JobDeskOptions {
  readonly config: WorkerConfig
  readonly claude: ClaudePool
  readonly clock: Clock
  readonly log: Log
  readonly onEvent: (event: WorkerEvent) => void
  /** A job began: its place is taken. */
  readonly onStarted: () => void
  /** A job is over, its last message is sent and its place is free again. */
  readonly onSettled: (settlement: Settlement) => void
}

/** Text that may wait to be written to the router before Claude Code is made to wait too. */
const bufferedLimitBytes = 1_000_000

/** Takes jobs from a connection, runs each, and settles it: one way in, one tail for every ending. */
export class JobDesk {
  readonly #options: JobDeskOptions
  readonly #slots: JobSlots
  readonly #running = new RunningJobs<RouterConnection>()
  readonly #liveCalls = new LiveToolCalls()
  readonly #waiting: { readonly job: Job; readonly connection: RouterConnection }[] = []
  readonly #noted = new Map<NotedField, number>()
  policy: Policy | undefined
  /** The last that was heard of the subscription's limit. */
  rateLimit: RateLimit | undefined

  constructor(options: JobDeskOptions) {
    this.#options = options
    this.#slots = new JobSlots(options.config.concurrency)
  }

  /** Jobs that run or wait for a place. */
  get size(): number {
    return this.#running.size + this.#waiting.length
  }

  /** How often each field asked for what cannot be done. */
  get noted(): Readonly<Record<NotedField, number>> {
    const counts = notedFields.map((field) => [field, this.#noted.get(field) ?? 0])
    return Object.fromEntries(counts) as Record<NotedField, number>
  }

  /**
   * Takes a job. One too many (the router counts slots itself, so this is a rare crossing of messages) waits for a place;
   * one that is here already is the router's mistake and is not run twice. One that comes again on a new connection, while
   * its run on the lost one is still being ended, waits for that end.
   */
  take(job: Job, connection: RouterConnection): void {
    if (this.#isHere(job.job_id, connection)) {
      this.#options.log.warn({ job: job.job_id }, 'the router sent a job that is already here; it is not started twice')
      return
    }
    this.#waiting.push({ job, connection })
    this.#startWaiting()
  }

  cancel(jobId: string, reason: CancelReason): void {
    this.#dropWaiting((waiting) => waiting.job.job_id === jobId)
    this.#running.cancel(jobId, reason)
  }

  cancelAll(reason: CancelReason): void {
    this.#dropWaiting(() => true)
    this.#running.cancelAll(reason)
  }

  /** The connection is gone and with it every job that came on it: the router gives them to others. */
  connectionLost(connection: RouterConnection): void {
    this.#dropWaiting((waiting) => waiting.connection === connection)
    this.#running.cancelAll('link-lost', (job) => job.connection === connection)
  }

  /** Jobs that wait for a place are not begun any more; closing the connection gives them to other workers. */
  giveBackWaiting(): void {
    this.#dropWaiting(() => true)
  }

  liveToolResult(result: ToolCallResult): void {
    if (this.#liveCalls.settle(result)) return
    this.#options.log.warn({ job: result.job_id }, 'a tool result came for a call that nobody waits for')
  }

  #dropWaiting(fits: (waiting: { job: Job; connection: RouterConnection }) => boolean): void {
    const kept = this.#waiting.filter((waiting) => !fits(waiting))
    this.#waiting.splice(0, this.#waiting.length, ...kept)
  }

  async #run(job: Job, connection: RouterConnection, permit: Disposable): Promise<void> {
    const { onEvent, onStarted, onSettled } = this.#options
    const running = this.#running.start(job.job_id, connection)
    onStarted()
    const planned = this.#plan(job)
    if (this.#options.config.logPayloads)
      this.#options.log.debug({ job: job.job_id, messages: job.messages }, 'what was asked')
    onEvent({
      type: 'job_started',
      jobId: job.job_id,
      model: planned instanceof ClaudeFailure ? '' : planned.turn.model,
    })
    const outcome = planned instanceof ClaudeFailure ? notRun(planned) : await this.#ask(planned, running)
    const settlement = this.#settle(job, connection, outcome)
    permit[Symbol.dispose]()
    this.#running.finished(job.job_id)
    this.#startWaiting()
    onSettled(settlement)
  }

  #plan(job: Job): PlannedTurn | ClaudeFailure {
    try {
      const planned = planTurn(job, { policy: this.policy, settings: this.#options.config })
      for (const note of planned.notes) this.#noteOnce(note)
      return planned
    } catch (error) {
      if (error instanceof ClaudeFailure) return error
      return new ClaudeFailure('the worker could not read the job', {
        class: 'crashed',
        details: messageOf(error),
        cause: error,
      })
    }
  }

  #ask({ turn }: PlannedTurn, { jobId, connection, signal }: RunningJob<RouterConnection>): Promise<JobOutcome> {
    const { config, claude, clock } = this.#options
    const limits = {
      totalMs: config.jobTimeoutMs,
      stallMs: config.stallTimeoutMs,
      modelRetries: config.claude.modelRetries,
    }
    const deps = {
      claude,
      clock,
      limits,
      report: (event: ClaudeEvent) => this.#report(jobId, event, connection, signal),
      callLiveTool: this.#liveCalls.forJob(jobId, connection),
      cancel: (reason: CancelReason) => void this.#running.cancel(jobId, reason),
    }
    return runJob(turn, deps, signal)
  }

  #report(jobId: string, event: ClaudeEvent, connection: RouterConnection, signal: AbortSignal): void | Promise<void> {
    if (event.type === 'rate_limit') this.rateLimit = event.rateLimit
    const message = messageFrom(jobId, event)
    if (message) connection.send(message)
    return connection.bufferedAmount > bufferedLimitBytes ? connection.drained(signal) : undefined
  }

  #settle(job: Job, connection: RouterConnection, outcome: JobOutcome): Settlement {
    const { config, clock, onEvent } = this.#options
    const jobId = job.job_id
    const facts = {
      jobId,
      coordinator: isCoordinatorJob(job),
      onRateLimit: config.onRateLimit,
      rateLimit: this.rateLimit,
      now: clock.now(),
    }
    const settlement = settlementOf(outcome, facts)
    if (settlement.message) connection.send(settlement.message)
    if (config.logPayloads) this.#options.log.debug({ job: jobId, answer: settlement.message }, 'what was answered')
    if (settlement.failure?.rateLimit) this.rateLimit = settlement.failure.rateLimit
    onEvent(finishedEvent(jobId, outcome, settlement))
    return settlement
  }

  #startWaiting(): void {
    for (const next of [...this.#waiting]) {
      const permit = this.#slots.tryReserve(next.job.job_id)
      if (!permit) continue
      this.#dropWaiting((waiting) => waiting === next)
      void this.#run(next.job, next.connection, permit)
    }
  }

  #isHere(jobId: string, connection: RouterConnection): boolean {
    const isWaiting = this.#waiting.some((waiting) => waiting.job.job_id === jobId && waiting.connection === connection)
    return isWaiting || this.#running.isOn(jobId, connection)
  }

  /** What a request asks and Claude Code cannot do is said once per field, not with every job. */
  #noteOnce({ field, problem }: PlanNote): void {
    const before = this.#noted.get(field) ?? 0
    this.#noted.set(field, before + 1)
    if (before > 0) return
    this.#options.log.warn({ field }, `a job asks for what cannot be done as asked (said once per field): ${problem}`)
  }
}

function notRun(failure: ClaudeFailure): JobOutcome {
  return { kind: 'failed', failure, durationMs: 0, firstTokenMs: undefined, streamed: false }
}

function finishedEvent(jobId: string, outcome: JobOutcome, { name, failure }: Settlement): WorkerEvent {
  const { durationMs, firstTokenMs } = outcome
  const result = outcome.kind === 'completed' ? outcome.result : undefined
  return {
    type: 'job_finished',
    jobId,
    outcome: name,
    durationMs,
    firstTokenMs,
    inputTokens: result?.usage.inputTokens,
    outputTokens: result?.usage.outputTokens,
    costUsd: result?.costUsd,
    failure: failure && { class: failure.class, message: failure.message },
  }
}
