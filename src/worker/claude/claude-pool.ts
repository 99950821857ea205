import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
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
  /** Between TERM and KILL for a turn that was stopped. */
  readonly cancelGraceMs: number
  readonly clock: Clock
  readonly log: Log
}

/** A session lent for one turn. Disposing gives it back at once; what is then to be done with it happens behind the job. */
export interface SessionLease extends Disposable {
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
  readonly #spares = new Map<ClaudeSession, { readonly key: string }>()
  readonly #lent = new Set<ClaudeSession>()
  readonly #returning = new Set<Promise<void>>()
  #wanted: LaunchSpec | undefined
  readonly #starting = new Set<Promise<void>>()
  #isClosed = false

  constructor(options: ClaudePoolOptions) {
    this.#options = options
  }

  /** Processes that are parked right now. */
  get parked(): number {
    return this.#spares.size
  }

  /** What coming jobs will mostly need; spares are started for it. */
  park(builtin: readonly string[]): void {
    this.#wanted = { builtin: [...builtin].sort(), resumes: false }
    this.#refill()
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
      underWay: once(() => this.#refill()),
      [Symbol.dispose]: () => this.#takeBack(session),
    }
  }

  /** Ends every process. Turns that are still running are given the cancel grace. */
  async close(): Promise<void> {
    this.#isClosed = true
    const lent = [...this.#lent].map((session) => session.end(this.#options.cancelGraceMs))
    const spares = [...this.#spares.keys()].map((session) => session.end(0))
    await Promise.all([...lent, ...spares, ...this.#returning, ...this.#starting])
  }

  /** Kills every process now. */
  kill(): void {
    for (const session of [...this.#lent, ...this.#spares.keys()]) session.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
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

  #takeBack(session: ClaudeSession): void {
    // A turn that was stopped may have tools that want a moment to end; one that was answered has none.
    const graceMs = session.state === 'asking' ? this.#options.cancelGraceMs : 0
    const returning = session.end(graceMs).then(() => {
      this.#lent.delete(session)
      this.#returning.delete(returning)
      this.#refill()
    })
    this.#returning.add(returning)
  }

  /** Starts as many spares as are missing; what goes wrong with one is the next job's to report. */
  #refill(): void {
    const spec = this.#wanted
    const { config, slots, log } = this.#options
    if (!spec || this.#isClosed) return
    for (let missing = config.warm * slots - this.#spares.size - this.#starting.size; missing > 0; missing--) {
      const starting = this.#startSpare(spec)
        .catch((error) => log.warn({ error: messageOf(error) }, 'a Claude Code process could not be parked'))
        .finally(() => this.#starting.delete(starting))
      this.#starting.add(starting)
    }
  }

  async #startSpare(spec: LaunchSpec): Promise<void> {
    const { clock, log } = this.#options
    const session = await this.#start(spec)
    if (this.#isClosed) return session.end(0)
    const startedAtMs = clock.now()
    this.#spares.set(session, { key: keyOf(spec) })
    void session.closed.then(() => {
      if (!this.#spares.delete(session) || this.#isClosed) return
      // One that dies at once would die again at once; the next job will say why.
      log.warn({}, 'a parked Claude Code process ended by itself')
      if (clock.now() - startedAtMs > shortLifeMs) this.#refill()
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

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
