import type { ClaudeConfig } from '../worker-config.ts'
import { BackgroundWork } from './background-work.ts'
import type { ClaudeSession } from './claude-session.ts'
import type { FoundSession, KeptSessions, Lived } from './kept-sessions.ts'
import { residentBytes } from './process-memory.ts'
import { type KeptLimits, type Past, pastOf, usualKeptLimits, whyNotKept } from './session-past.ts'
import type { Turn } from './turn.ts'

export interface SessionFatesOptions {
  readonly config: Pick<ClaudeConfig, 'kept' | 'keepConversationMs'>
  readonly kept: KeptSessions
  /** Between TERM and KILL for a turn that was stopped. */
  readonly cancelGraceMs: number
  readonly keptLimits?: KeptLimits
}

/** Decides what becomes of a session whose turn is over: it is kept for its conversation, or ended. */
export class SessionFates {
  readonly #options: SessionFatesOptions
  readonly #limits: KeptLimits
  readonly #ending = new BackgroundWork()
  #keeps: boolean

  constructor(options: SessionFatesOptions) {
    const { config, keptLimits = usualKeptLimits } = options
    this.#options = options
    this.#limits = keptLimits
    this.#keeps = config.kept > 0 && config.keepConversationMs > 0
  }

  /** Keeps or ends a session after its turn. `before` is what it was found with where it had been kept. */
  decide(session: ClaudeSession, turn: Turn, before: FoundSession | undefined): void {
    const isAsBefore = session.state === 'kept' && !session.turns.wasAsked(turn)
    const { lived, mayGoOn } =
      before && isAsBefore ? { ...before, mayGoOn: true } : this.#movedOn(session, turn, before)
    if (this.#keeps && mayGoOn && session.state === 'kept') this.#keep(session, lived)
    else this.#end(session, lived)
  }

  /** No conversation is kept from here on, and those that are end. */
  stopKeeping(): void {
    this.#keeps = false
    this.#ending.add(this.#options.kept.endAll())
  }

  /** Resolves when the processes of all that were not kept are gone. */
  untilEnded(): Promise<void> {
    return this.#ending.untilIdle()
  }

  #movedOn(session: ClaudeSession, turn: Turn, before: FoundSession | undefined): Past {
    const { kept } = this.#options
    if (before && session.state === 'kept') kept.movedOn(before.lived)
    else if (before) kept.bury(before.lived, whyNotKept(session))
    return pastOf(session, turn, { wasPrivate: before?.isPrivate ?? false, mostTurns: this.#limits.turns })
  }

  #keep(session: ClaudeSession, lived: Lived): void {
    this.#options.kept.keep(session, lived)
    this.#ending.add(this.#retireIfLarge(session))
  }

  /** Looked at behind the job's back: a follow-up may be there before the answer to this is. */
  async #retireIfLarge(session: ClaudeSession): Promise<void> {
    const bytes = session.pid === undefined ? undefined : await residentBytes(session.pid)
    if (bytes !== undefined && bytes > this.#limits.memoryBytes) this.#options.kept.retire(session)
  }

  #end(session: ClaudeSession, lived: Lived): void {
    const { kept, cancelGraceMs } = this.#options
    // A turn that was stopped may have tools that want a moment to end; one that was answered has none.
    const graceMs = session.state === 'asking' ? cancelGraceMs : 0
    if (this.#keeps) kept.bury(lived, whyNotKept(session))
    this.#ending.add(session.end(graceMs))
  }
}
