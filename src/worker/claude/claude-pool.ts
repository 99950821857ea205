import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import { builtinToolNames } from './builtin-tools.ts'
import { ClaudeSession } from './claude-session.ts'
import { prefersFile } from './conversation.ts'
import { canResumeLate, type LaunchSpec } from './launch.ts'
import type { Turn } from './turn.ts'
import type { WorkDirectory } from './work-directory.ts'

export interface ClaudePoolOptions {
  readonly config: ClaudeConfig
  /** Jobs at the same time: so many spares are wanted, times `config.warm`. */
  readonly slots: number
  readonly directory: WorkDirectory
  readonly clock: Clock
  readonly log: Log
}

/** A session lent for one turn. Disposing it ends the session. */
export interface SessionLease extends AsyncDisposable {
  readonly session: ClaudeSession
  /** The process was there before the job. */
  readonly wasParked: boolean
  /** The turn is under way: the next spare may now be started without slowing this one down. */
  underWay(): void
}

/** A session that ends this soon after its start was not worth starting again at once. */
const shortLifeMs = 5_000

/** Keeps Claude Code processes parked for jobs to come, and lends one session to each turn. */
export class ClaudePool implements AsyncDisposable {
  readonly #options: ClaudePoolOptions
  readonly #spares = new Map<ClaudeSession, { readonly key: string; readonly startedAtMs: number }>()
  readonly #lent = new Set<ClaudeSession>()
  #wanted: LaunchSpec | undefined
  #starting = 0
  #isClosed = false

  constructor(options: ClaudePoolOptions) {
    this.#options = options
  }

  /** Processes that are parked right now. */
  get parked(): number {
    return this.#spares.size
  }

  /** What coming jobs will mostly need; spares are started for it. */
  async park(builtin: readonly string[]): Promise<void> {
    this.#wanted = { builtin: [...builtin].sort(), resumes: false }
    await this.#refill()
  }

  /** A session for a turn, from the spares or new. */
  async lease(turn: Turn): Promise<SessionLease> {
    const spec = this.#specFor(turn)
    const spare = this.#takeSpare(keyOf(spec))
    const session = spare ?? (await this.#start(spec))
    this.#lent.add(session)
    return {
      session,
      wasParked: spare !== undefined,
      underWay: () => void this.#refill(),
      [Symbol.asyncDispose]: () => this.#takeBack(session),
    }
  }

  /** Ends every process, patiently with those that run a turn. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true
    const lent = [...this.#lent].map((session) => session.end(graceMs))
    const spares = [...this.#spares.keys()].map((session) => session.end(0))
    await Promise.all([...lent, ...spares])
  }

  /** Kills every process now. */
  kill(): void {
    for (const session of [...this.#lent, ...this.#spares.keys()]) session.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0)
  }

  #specFor(turn: Turn): LaunchSpec {
    const resumes = prefersFile(turn.history) && canResumeLate(this.#options.config.version)
    return { builtin: builtinToolNames(turn.tools), resumes }
  }

  #takeSpare(key: string): ClaudeSession | undefined {
    for (const [session, spare] of this.#spares) {
      if (spare.key !== key || session.state !== 'parked') continue
      this.#spares.delete(session)
      return session
    }
    return undefined
  }

  async #takeBack(session: ClaudeSession): Promise<void> {
    await session.end(0)
    this.#lent.delete(session)
    void this.#refill()
  }

  async #refill(): Promise<void> {
    const spec = this.#wanted
    const { config, slots } = this.#options
    if (!spec || this.#isClosed) return
    const missing = config.warm * slots - this.#spares.size - this.#starting
    await Promise.all(Array.from({ length: Math.max(0, missing) }, () => this.#startSpare(spec)))
  }

  async #startSpare(spec: LaunchSpec): Promise<void> {
    const { clock, log } = this.#options
    this.#starting += 1
    const session = await this.#start(spec).finally(() => {
      this.#starting -= 1
    })
    const startedAtMs = clock.now()
    this.#spares.set(session, { key: keyOf(spec), startedAtMs })
    void session.closed.then(() => {
      if (!this.#spares.delete(session) || this.#isClosed) return
      // One that dies at once would die again at once; the next job will say why.
      log.warn({}, 'a parked Claude Code process ended by itself')
      if (clock.now() - startedAtMs > shortLifeMs) void this.#refill()
    })
  }

  async #start(spec: LaunchSpec): Promise<ClaudeSession> {
    const { config, directory, clock, log } = this.#options
    return new ClaudeSession({ config, spec, directory: await directory.openSession(), clock, log })
  }
}

function keyOf(spec: LaunchSpec): string {
  return JSON.stringify([spec.builtin, spec.resumes])
}
