import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { builtinToolNames } from './builtin-tools.ts'
import type { ClaudeSession } from './claude-session.ts'
import { setupKeyOf, setupText } from './fingerprint.ts'
import type { LaunchSpec } from './launch.ts'
import type { PoolCounters } from './pool-stats.ts'
import { type Setup, SpareForecast } from './spare-forecast.ts'
import type { Turn } from './turn.ts'

export interface SparesOptions {
  /** How many jobs may come at once and find a process waiting; 0 parks none. */
  readonly count: number
  readonly start: (spec: LaunchSpec) => Promise<ClaudeSession>
  readonly counters: PoolCounters
  readonly clock: Clock
  readonly log: Log
}

/** What a spare was made for: equal texts, equal use. `setup` is undefined for one that was told nothing yet. */
interface Kind {
  readonly text: string
  readonly spec: LaunchSpec
  readonly setup: Setup | undefined
}

/** One that ends this soon after its start would end as soon again. */
const shortLifeMs = 5_000
/** Spares in a row that could not be told anything in advance; after that, none is. */
const refusalsLimit = 3
/** After a long history, another one is likely. */
const resumeMemoryMs = 10 * 60_000

/**
 * Processes that wait for a job. Most were told nothing yet and fit every job; where recent conversations began alike,
 * others were told that beginning in advance, and one that waits for a session file stands by where long histories come.
 */
export class Spares {
  readonly #options: SparesOptions
  readonly #parked = new Map<ClaudeSession, Kind>()
  readonly #starting = new Map<Promise<void>, Kind>()
  readonly #forecast = new SpareForecast()
  #builtin: readonly string[] | undefined
  #refusals = 0
  #resumedAtMs = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(options: SparesOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#parked.size
  }

  /** Claude Code's own tools that coming jobs may use: a process is started with them. */
  expect(builtin: readonly string[]): void {
    this.#builtin = [...builtin].sort()
    this.refill()
  }

  /** A new conversation begins, or an old one is retold: what will be needed next is learned from it. */
  saw(turn: Turn, spec: LaunchSpec): void {
    if (spec.resumes) this.#resumedAtMs = this.#options.clock.now()
    else this.#forecast.saw(turn)
  }

  /** The best spare there is for a turn: one that was told its setup, else one that fits every job. */
  take(turn: Turn, spec: LaunchSpec): ClaudeSession | undefined {
    const setup = setupText(setupKeyOf(turn))
    const told = this.#takeKind(kindText(spec, setup))
    if (told) this.#options.counters.forecast(true)
    return told ?? this.#takeKind(kindText(spec, undefined))
  }

  /** Starts what is missing and ends what a forecast no longer asks for. */
  refill(): void {
    if (this.#isClosed) return
    const wanted = this.#wanted()
    this.#dropUnwanted(wanted)
    for (const [kind, count] of wanted) {
      for (let missing = count - this.#count(kind); missing > 0; missing--) this.#begin(kind)
    }
  }

  /** Ends all. Resolves when their processes are gone. */
  async close(): Promise<void> {
    this.stop()
    await Promise.all(this.#starting.keys())
    await Promise.all([...this.#parked.keys()].map((session) => session.end(0)))
  }

  /** No more are started. */
  stop(): void {
    this.#isClosed = true
  }

  /** With a forecast one plain spare is enough: it is there for whoever does not fit. */
  #wanted(): readonly (readonly [Kind, number])[] {
    const { count, clock } = this.#options
    if (!this.#builtin || count === 0) return []
    const spec = { builtin: this.#builtin, resumes: false }
    const best = this.#refusals < refusalsLimit ? this.#forecast.best() : undefined
    const told = best && this.#toldKind(best)
    const resumes = clock.now() - this.#resumedAtMs < resumeMemoryMs
    return [
      [kindOf(spec, undefined), told ? 1 : count],
      ...(told ? [[told, count] as const] : []),
      ...(resumes ? [[kindOf({ ...spec, resumes: true }, undefined), 1] as const] : []),
    ]
  }

  #toldKind({ setup, text }: { setup: Setup; text: string }): Kind {
    return kindOf({ builtin: builtinToolNames(setup.tools), resumes: false }, { setup, text })
  }

  #takeKind(text: string): ClaudeSession | undefined {
    for (const [session, kind] of this.#parked) {
      if (kind.text !== text || session.state !== 'parked') continue
      this.#parked.delete(session)
      return session
    }
    return undefined
  }

  #dropUnwanted(wanted: readonly (readonly [Kind, number])[]): void {
    for (const [session, kind] of this.#parked) {
      if (wanted.some(([each]) => each.text === kind.text)) continue
      this.#parked.delete(session)
      if (kind.setup) this.#options.counters.forecast(false)
      void session.end(0)
    }
  }

  #count(kind: Kind): number {
    return [...this.#parked.values(), ...this.#starting.values()].filter(({ text }) => text === kind.text).length
  }

  #begin(kind: Kind): void {
    const starting = this.#start(kind)
      .catch((error) =>
        this.#options.log.warn({ error: messageOf(error) }, 'a Claude Code process could not be parked'),
      )
      .finally(() => this.#starting.delete(starting))
    this.#starting.set(starting, kind)
  }

  async #start(kind: Kind): Promise<void> {
    const { clock, log, start } = this.#options
    const session = await start(kind.spec)
    const startedAtMs = clock.now()
    if (kind.setup) await this.#tell(session, kind.setup)
    if (this.#isClosed || session.state !== 'parked') return session.end(0)
    this.#parked.set(session, kind)
    void session.closed.then(() => {
      if (!this.#parked.delete(session) || this.#isClosed) return
      // What is wrong with one that dies at once is the next job's to report.
      log.warn({ details: session.failureOfEnd?.details }, 'a parked Claude Code process ended by itself')
      if (clock.now() - startedAtMs > shortLifeMs) this.refill()
    })
  }

  /** A process that cannot be told is ended; where none can, jobs find plain spares. */
  async #tell(session: ClaudeSession, setup: Setup): Promise<void> {
    await session.prepare(setup)
    if (this.#isClosed) return
    this.#refusals = session.state === 'parked' ? 0 : this.#refusals + 1
    if (this.#refusals === refusalsLimit) {
      this.#options.log.warn(
        {},
        'Claude Code cannot be told in advance what a conversation begins with; jobs begin a little later',
      )
    }
  }
}

function kindOf(spec: LaunchSpec, told: { setup: Setup; text: string } | undefined): Kind {
  return { spec, setup: told?.setup, text: kindText(spec, told?.text) }
}

function kindText({ builtin, resumes }: LaunchSpec, setup: string | undefined): string {
  return JSON.stringify([builtin, resumes, setup ?? null])
}
