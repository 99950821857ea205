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
import { finishedEvent } from './finished-event.ts'
import type { CancelReason } from './job-cancelled-error.ts'
import { type JobOutcome, notRun } from './job-outcome.ts'
import { JobSlots } from './job-slots.ts'
import { LiveToolCalls } from './live-tool-calls.ts'
import { NotedFields } from './noted-fields.ts'
import type { NotedField } from './plan-note.ts'
import { type PlannedTurn, planTurn } from './plan-turn.ts'
import { messageFrom } from './reports.ts'
import { runJob } from './run-job.ts'
import { type RunningJob, RunningJobs } from './running-jobs.ts'
import { type Settlement, settlementOf } from './settle.ts'
import { type ArrivedJob, WaitingJobs } from './waiting-jobs.ts'

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
  readonly #waiting: WaitingJobs
  readonly #running = new RunningJobs<RouterConnection>()
  readonly #liveCalls = new LiveToolCalls()
  readonly #noted: NotedFields
  policy: Policy | undefined
  /** The last that was heard of the subscription's limit. */
  rateLimit: RateLimit | undefined

  constructor(options: JobDeskOptions) {
    this.#options = options
    this.#waiting = new WaitingJobs(new JobSlots(options.config.concurrency))
    this.#noted = new NotedFields(options.log)
  }

  /** Jobs that run or wait for a place. */
  get size(): number {
    return this.#running.size + this.#waiting.size
  }

  /** How often each field asked for what cannot be done. */
  get noted(): Readonly<Record<NotedField, number>> {
    return this.#noted.counts
  }

  /**
   * Takes a job. One too many (the router counts slots itself, so this is a rare crossing of messages) waits for a place;
   * one that is here already is the router's mistake and is not run twice. One that comes again on a new connection, while
   * its run on the lost one is still being ended, waits for that end.
   */
  take(job: Job, connection: RouterConnection): void {
    if (this.#waiting.isOn(job.job_id, connection) || this.#running.isOn(job.job_id, connection)) {
      this.#options.log.warn({ job: job.job_id }, 'the router sent a job that is already here; it is not started twice')
      return
    }
    this.#waiting.add({ job, connection })
    this.#startWaiting()
  }

  cancel(jobId: string, reason: CancelReason): void {
    this.#waiting.drop(({ job }) => job.job_id === jobId)
    this.#running.cancel(jobId, reason)
  }

  cancelAll(reason: CancelReason): void {
    this.#waiting.drop()
    this.#running.cancelAll(reason)
  }

  /** The connection is gone and with it every job that came on it: the router gives them to others. */
  connectionLost(connection: RouterConnection): void {
    this.#waiting.drop((waiting) => waiting.connection === connection)
    this.#running.cancelAll('link-lost', (job) => job.connection === connection)
  }

  /** Jobs that wait for a place are not begun any more; closing the connection gives them to other workers. */
  giveBackWaiting(): void {
    this.#waiting.drop()
  }

  liveToolResult(result: ToolCallResult): void {
    if (this.#liveCalls.settle(result)) return
    this.#options.log.warn({ job: result.job_id }, 'a tool result came for a call that nobody waits for')
  }

  #startWaiting(): void {
    this.#waiting.seat((arrived, permit) => void this.#run(arrived, permit))
  }

  async #run(arrived: ArrivedJob, permit: Disposable): Promise<void> {
    const { config, log, onEvent, onStarted, onSettled } = this.#options
    const { job_id: jobId, messages } = arrived.job
    const running = this.#running.start(jobId, arrived.connection)
    onStarted()
    const planned = this.#plan(arrived.job)
    if (config.logPayloads) log.debug({ job: jobId, messages }, 'what was asked')
    const isPlanned = !(planned instanceof ClaudeFailure)
    onEvent({ type: 'job_started', jobId, model: isPlanned ? planned.turn.model : '' })
    const outcome = isPlanned ? await this.#ask(planned, running) : notRun(planned)
    const settlement = this.#settle(arrived, outcome)
    permit[Symbol.dispose]()
    this.#running.finished(jobId)
    this.#startWaiting()
    onSettled(settlement)
  }

  #plan(job: Job): PlannedTurn | ClaudeFailure {
    try {
      const planned = planTurn(job, { policy: this.policy, settings: this.#options.config })
      for (const note of planned.notes) this.#noted.note(note)
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

  #ask({ turn }: PlannedTurn, running: RunningJob<RouterConnection>): Promise<JobOutcome> {
    const { config, claude, clock } = this.#options
    const { jobId, connection, signal } = running
    const limits = {
      totalMs: config.jobTimeoutMs,
      stallMs: config.stallTimeoutMs,
      modelRetries: config.claude.modelRetries,
    }
    const deps = {
      claude,
      clock,
      limits,
      report: (event: ClaudeEvent) => this.#report(event, running),
      callLiveTool: this.#liveCalls.forJob(jobId, connection),
      cancel: (reason: CancelReason) => void this.#running.cancel(jobId, reason),
    }
    return runJob(turn, deps, signal)
  }

  #report(event: ClaudeEvent, { jobId, connection, signal }: RunningJob<RouterConnection>): void | Promise<void> {
    if (event.type === 'rate_limit') this.rateLimit = event.rateLimit
    const message = messageFrom(jobId, event)
    if (message) connection.send(message)
    return connection.bufferedAmount > bufferedLimitBytes ? connection.drained(signal) : undefined
  }

  #settle({ job, connection }: ArrivedJob, outcome: JobOutcome): Settlement {
    const { config, clock, log, onEvent } = this.#options
    const { job_id: jobId } = job
    const settlement = settlementOf(outcome, {
      jobId,
      coordinator: isCoordinatorJob(job),
      onRateLimit: config.onRateLimit,
      rateLimit: this.rateLimit,
      now: clock.now(),
    })
    if (settlement.message) connection.send(settlement.message)
    if (config.logPayloads) log.debug({ job: jobId, answer: settlement.message }, 'what was answered')
    if (settlement.failure?.rateLimit) this.rateLimit = settlement.failure.rateLimit
    onEvent(finishedEvent(jobId, outcome, settlement))
    return settlement
  }
}
