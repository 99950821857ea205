import { setImmediate as nextRound } from 'node:timers/promises'
import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import { BackgroundWork } from './background-work.ts'
import { builtinToolNames } from './builtin-tools.ts'
import { ClaudeSession } from './claude-session.ts'
import { prefersFile } from './conversation.ts'
import { type FoundSession, KeptSessions, type MissReason } from './kept-sessions.ts'
import { canResumeLate, type LaunchSpec } from './launch.ts'
import { PoolCounters, type PoolStats, type TurnStart } from './pool-stats.ts'
import { SessionFates } from './session-fates.ts'
import type { KeptLimits } from './session-past.ts'
import { Spares } from './spares.ts'
import type { Turn } from './turn.ts'
import type { WorkDirectory } from './work-directory.ts'

export interface ClaudePoolOptions {
  readonly config: ClaudeConfig
  /** Jobs at the same time: so many spares are wanted, times `config.warm`. */
  readonly slots: number
  readonly directory: WorkDirectory
  /** Between TERM and KILL for a turn that was stopped. */
  readonly cancelGraceMs: number
  readonly clock: Clock
  readonly log: Log
  readonly keptLimits?: KeptLimits
}

/** A session lent for one turn. Disposing gives it back at once; what is then to be done with it happens behind the job. */
export interface SessionLease extends Disposable {
  readonly session: ClaudeSession
  readonly start: TurnStart
  /** Why the turn does not go on in a kept session; undefined where it does. */
  readonly missed: MissReason | undefined
  /** The turn is under way: the next spare may now be started without slowing this one down. */
  underWay(): void
}

/** With less than this left on the machine, kept sessions make room for a process that is needed now. */
const roomForOneBytes = 300 * 1_024 * 1_024

/** Lends a Claude Code process to each turn: the one its conversation was held in, one that waits, or a new one. */
export class ClaudePool implements AsyncDisposable {
  readonly #options: ClaudePoolOptions
  readonly #counters = new PoolCounters()
  readonly #spares: Spares
  readonly #kept: KeptSessions
  readonly #lent = new Set<ClaudeSession>()
  /** Every session whose process may still live, wherever it is in its life. */
  readonly #alive = new Set<ClaudeSession>()
  /** Sessions whose turn is over and whose fate is not decided yet. */
  readonly #comingBack = new BackgroundWork()
  readonly #fates: SessionFates

  constructor(options: ClaudePoolOptions) {
    const { config, slots } = options
    this.#options = options
    this.#kept = new KeptSessions({ ...options, limit: config.kept, keepMs: config.keepConversationMs })
    this.#fates = new SessionFates({ ...options, kept: this.#kept })
    this.#spares = new Spares({
      ...options,
      count: config.warm * slots,
      start: (spec) => this.#start(spec),
      counters: this.#counters,
    })
  }

  /** Processes that are parked right now. */
  get parked(): number {
    return this.#spares.size
  }

  /** Conversations that are kept right now. */
  get kept(): number {
    return this.#kept.size
  }

  /** Processes that are lent to a turn right now. */
  get lent(): number {
    return this.#lent.size
  }

  get stats(): PoolStats {
    return this.#counters.snapshot()
  }

  /** What coming jobs may use of Claude Code's own tools; spares are started for it. */
  park(builtin: readonly string[]): void {
    this.#spares.expect(builtin)
  }

  /** A session for a turn. */
  async lease(turn: Turn): Promise<SessionLease> {
    await this.#comingBack.untilDone()
    const found = this.#kept.take(turn)
    if ('session' in found)
      return this.#lend(turn, found.session, { start: isToolResults(turn) ? 'suspended' : 'kept', before: found })
    this.#counters.missed(found.reason)
    this.#options.log.debug({ job: turn.jobId, reason: found.reason }, 'not in a kept session')
    const spec = this.#specFor(turn)
    this.#spares.saw(turn, spec)
    const spare = this.#spares.take(turn, spec)
    const start = turn.history.length > 0 ? 'replayed' : spare ? 'warm' : 'cold'
    return this.#lend(turn, spare ?? (await this.#start(spec)), { start, missed: found.reason })
  }

  /** No conversation is kept from here on, and those that are end: the worker is about to leave. */
  stopKeeping(): void {
    this.#fates.stopKeeping()
  }

  /** Ends every process. Turns that are still running are given the cancel grace. */
  async close(): Promise<void> {
    this.stopKeeping()
    const { cancelGraceMs } = this.#options
    // Also one that is being told its beginning, and may never answer.
    const ends = [...this.#alive].map((session) => session.end(this.#lent.has(session) ? cancelGraceMs : 0))
    await Promise.all([...ends, this.#spares.close()])
    await this.#comingBack.untilDone()
    await this.#fates.untilEnded()
  }

  /** Kills every process now, those that were asked to end by themselves too. */
  kill(): void {
    this.#spares.stop()
    for (const session of this.#alive) session.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #lend(
    turn: Turn,
    session: ClaudeSession,
    facts: { start: TurnStart; missed?: MissReason; before?: FoundSession },
  ): SessionLease {
    this.#counters.started(facts.start)
    this.#lent.add(session)
    return {
      session,
      start: facts.start,
      missed: facts.missed,
      underWay: once(() => this.#spares.refill()),
      [Symbol.dispose]: () => this.#comingBack.add(this.#takeBack(session, turn, facts.before)),
    }
  }

  #specFor(turn: Turn): LaunchSpec {
    const resumes = prefersFile(turn.history) && canResumeLate(this.#options.config.version)
    return { builtin: builtinToolNames(turn.tools), resumes }
  }

  /** What became of the conversation is worked out once the job's last word is on its way. */
  async #takeBack(session: ClaudeSession, turn: Turn, before: FoundSession | undefined): Promise<void> {
    await nextRound()
    this.#lent.delete(session)
    this.#fates.decide(session, turn, before)
    this.#spares.refill()
  }

  async #start(spec: LaunchSpec): Promise<ClaudeSession> {
    const { config, directory, clock, log } = this.#options
    if (process.availableMemory() < roomForOneBytes) this.#kept.evictOne()
    const session = new ClaudeSession({ config, spec, directory: await directory.openSession(), clock, log })
    this.#alive.add(session)
    void session.closed.then(() => this.#alive.delete(session))
    return session
  }
}

function isToolResults({ prompt }: Turn): boolean {
  return prompt.some((block) => block.type === 'tool_result')
}

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
