import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import { messageOf } from '../../shared/errors.ts'
import type { CallLiveTool, ClaudeEvent, TurnResult } from '../claude/claude-event.ts'
import { ClaudeFailure } from '../claude/claude-failure.ts'
import type { ClaudePool } from '../claude/claude-pool.ts'
import type { ClaudeSession } from '../claude/claude-session.ts'
import type { Turn } from '../claude/turn.ts'
import { type CancelReason, JobCancelledError } from './job-cancelled-error.ts'
import type { JobFacts, JobOutcome } from './job-outcome.ts'
import { watchJob } from './job-watchdogs.ts'

export interface RunJobDeps {
  readonly claude: Pick<ClaudePool, 'lease'>
  /** Passes an event on; a promise holds the turn back until the router can take more. */
  readonly report: (event: ClaudeEvent) => void | Promise<void>
  readonly callLiveTool: CallLiveTool
  /** The one door through which a job is stopped; it aborts `signal`. */
  readonly cancel: (reason: CancelReason) => void
  readonly limits: { readonly totalMs: number; readonly stallMs: number; readonly modelRetries: number }
  readonly clock: Clock
}

/** Before the second, third … try. */
const retryDelaysMs = [500, 1_500, 4_000]
/** From the first transient failure on: a caller whose job has shown nothing yet hears of it in time. */
const retryingLimitMs = 12_000

/** The end of all tries, and what the job then failed with. */
interface LastCall {
  readonly atMs: number
  readonly error: unknown
}

/** Runs a job to its end. Never throws: whatever happens becomes an outcome. */
export async function runJob(turn: Turn, deps: RunJobDeps, signal: AbortSignal): Promise<JobOutcome> {
  const run = new JobRun(turn, deps, signal)
  const { totalMs, stallMs } = deps.limits
  const { clock, cancel } = deps
  using _watch = watchJob({ totalMs, stallMs, clock, cancel, lastOutputMs: () => run.session?.lastOutputMs })
  try {
    const result = await run.untilAnswered()
    return { kind: 'completed', result, ...run.facts }
  } catch (error) {
    return run.outcomeOf(error)
  }
}

/** One job under way: its tries, and what is known of it so far. */
class JobRun {
  readonly #turn: Turn
  readonly #deps: RunJobDeps
  readonly #signal: AbortSignal
  readonly #startedAtMs: number
  #firstTokenMs: number | undefined
  #streamed = false
  #wasKept = false
  session: ClaudeSession | undefined

  constructor(turn: Turn, deps: RunJobDeps, signal: AbortSignal) {
    this.#turn = turn
    this.#deps = deps
    this.#signal = signal
    this.#startedAtMs = deps.clock.now()
  }

  get facts(): JobFacts {
    const durationMs = this.#deps.clock.now() - this.#startedAtMs
    return { durationMs, firstTokenMs: this.#firstTokenMs, streamed: this.#streamed }
  }

  /** Tries again after transient failures, as long as nothing was passed on: nobody reads an answer's beginning twice. */
  async untilAnswered(): Promise<TurnResult> {
    const { clock, limits } = this.#deps
    let lastCall: LastCall | undefined
    for (let failures = 0; ; failures++) {
      try {
        return await this.#askSomewhere(lastCall)
      } catch (error) {
        lastCall ??= { atMs: clock.now() + retryingLimitMs, error }
        const delayMs = retryDelaysMs[Math.min(failures, retryDelaysMs.length - 1)] ?? 0
        const isInTime = clock.now() + delayMs < lastCall.atMs
        const mayRetry = isTransient(error) && !this.#streamed && failures < limits.modelRetries && isInTime
        if (!mayRetry) throw error
        await clock.sleep(delayMs, this.#signal)
      }
    }
  }

  outcomeOf(error: unknown): JobOutcome {
    const { facts } = this
    if (!(error instanceof JobCancelledError)) return { kind: 'failed', failure: failureFrom(error), ...facts }
    const { reason } = error
    if (reason === 'time-limit' || reason === 'stalled')
      return { kind: 'failed', failure: this.#tooLong(reason), ...facts }
    return { kind: 'cancelled', reason, soFar: this.session?.turns.soFar, ...facts }
  }

  /** A process that was kept may have ended since: another is told the conversation, and nobody has failed. */
  async #askSomewhere(lastCall: LastCall | undefined): Promise<TurnResult> {
    for (;;) {
      try {
        return await this.#ask(lastCall)
      } catch (error) {
        const hasCrashed = error instanceof ClaudeFailure && error.class === 'crashed'
        if (!hasCrashed || !this.#wasKept || this.#streamed) throw error
      }
    }
  }

  async #ask(lastCall: LastCall | undefined): Promise<TurnResult> {
    const { claude, callLiveTool } = this.#deps
    using lease = await claude.lease(this.#turn)
    this.session = lease.session
    this.#wasKept = lease.missed === undefined
    const late = new AbortController()
    using _limit = lastCall && this.#endTryLate(lastCall, lease.session, late)
    const signal = AbortSignal.any([this.#signal, late.signal])
    for await (const event of lease.session.ask(this.#turn, { callLiveTool }, signal)) {
      lease.underWay()
      if (event.type === 'result') return event.result
      await this.#passOn(event)
    }
    throw new ClaudeFailure('Claude Code ended the turn without a result', { class: 'crashed', transient: true })
  }

  /** A try that the model service has not even begun to answer in time fails like the one before it. */
  #endTryLate({ atMs, error }: LastCall, session: ClaudeSession, late: AbortController): Disposable {
    const { clock } = this.#deps
    return clock.timer(atMs - clock.now(), () => {
      if (!session.turns.isAnswering) late.abort(error)
    })
  }

  #passOn(event: ClaudeEvent): void | Promise<void> {
    if (event.type !== 'rate_limit') {
      this.#streamed = true
      this.#firstTokenMs ??= this.#deps.clock.now() - this.#startedAtMs
    }
    return this.#deps.report(event)
  }

  #tooLong(reason: 'time-limit' | 'stalled'): ClaudeFailure {
    const { limits } = this.#deps
    const tools = this.session?.turns.runningTools ?? []
    const details = tools.length > 0 ? `while running ${tools.join(', ')}` : undefined
    if (reason === 'stalled') {
      const sentence = `Claude Code said nothing for ${formatDuration(limits.stallMs)} (--stall-timeout)`
      return new ClaudeFailure(sentence, { class: 'stalled', details })
    }
    const sentence = `the job took longer than its time limit of ${formatDuration(limits.totalMs)} (--job-timeout)`
    return new ClaudeFailure(sentence, { class: 'time_limit', details })
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof ClaudeFailure && error.retryable
}

function failureFrom(error: unknown): ClaudeFailure {
  if (error instanceof ClaudeFailure) return error
  return new ClaudeFailure('the worker failed to run the job', {
    class: 'crashed',
    details: messageOf(error),
    cause: error,
  })
}
