import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeSession } from './claude-session.ts'
import { conversationKey, type SetupKey, type SetupPart, setupKeyOf, setupText } from './fingerprint.ts'
import { Tombstones } from './tombstones.ts'
import type { TurnForms } from './transcript.ts'
import type { HistoryMessage, Turn } from './turn.ts'

/** Why a job did not go on in a kept session, one closed list for logs and metrics. */
export const missReasons = [
  /** No session is kept. */
  'none-kept',
  /** One with this conversation is, but it was told another model … */
  'model',
  /** … another system prompt … */
  'system',
  /** … other tools … */
  'tools',
  /** … another effort, or to reason where this job must not. */
  'effort',
  /** None has lived through exactly this history. */
  'history',
  /** The one that had was kept for its time, and nobody came. */
  'expired',
  /** … had to make room for another. */
  'evicted',
  /** … had become too old or too large, or must not be kept. */
  'retired',
  /** … is answering right now. */
  'busy',
  /** … has ended by itself. */
  'died',
] as const
export type MissReason = (typeof missReasons)[number]

/** What a session has lived through. */
export interface Lived {
  readonly setup: SetupKey
  /** The conversation in each form in which it may come back. Empty: it cannot be kept. */
  readonly conversations: readonly string[]
}

/** A session that is kept, and its past. */
interface KeptSession {
  readonly session: ClaudeSession
  readonly lived: Lived
}

/** A session in which a turn goes on. */
export interface FoundSession extends KeptSession {
  /** It knows what the turn's history does not show: results of tools that ran unseen. Only one conversation of the router's may go on. */
  readonly isPrivate: boolean
}

interface Kept extends KeptSession {
  readonly expiry: Disposable
}

export interface KeptSessionsOptions {
  /** How many at the most. */
  readonly limit: number
  /** How long each is kept. */
  readonly keepMs: number
  readonly clock: Clock
  readonly log: Log
}

/** The conversation after a turn: what was there, what was asked, and what was answered, in each form it may come back. */
export function livedThrough(turn: Turn, forms: TurnForms, wasPrivate: boolean): Lived {
  const before: HistoryMessage[] = [...turn.history, { role: 'user', content: turn.prompt }]
  const keyOf = (form: readonly HistoryMessage[]) => conversationKey([...before, ...form])
  const ownKeyOf = (form: readonly HistoryMessage[]) => privateKey(keyOf(form), turn.conversation)
  const open = forms.open.map(wasPrivate ? ownKeyOf : keyOf)
  const conversations = [...open, ...forms.short.map(ownKeyOf)].filter((key) => key !== undefined)
  return { setup: setupKeyOf(turn), conversations }
}

/** Two callers may write the same words; what a process knows beyond them belongs to one. Without the router's id nobody can tell. */
function privateKey(conversation: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : `${conversation} ${id}`
}

/**
 * Sessions that have answered and wait for their conversation to go on. One is found by everything it was told and said,
 * exactly; whatever cannot be told apart for certain is not found, and replayed.
 */
export class KeptSessions {
  readonly #options: KeptSessionsOptions
  /** The one that was used longest ago comes first. */
  readonly #kept = new Set<Kept>()
  readonly #gone = new Tombstones<MissReason>()

  constructor(options: KeptSessionsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#kept.size
  }

  /** Takes out the session in which the turn goes on, with its past; else says why there is none. */
  take(turn: Turn): FoundSession | { readonly reason: MissReason } {
    this.#forgetDead()
    const setup = setupKeyOf(turn)
    const open = conversationKey(turn.history)
    const wanted = [open, privateKey(open, turn.conversation)].filter((key) => key !== undefined)
    const sameConversation = [...this.#kept].filter((kept) =>
      wanted.some((key) => kept.lived.conversations.includes(key)),
    )
    const found = sameConversation.find((kept) => setupText(kept.lived.setup) === setupText(setup))
    if (!found) return { reason: this.#whyNot(setup, wanted, sameConversation[0]) }
    this.#forget(found, 'busy')
    const { session, lived } = found
    return { session, lived, isPrivate: !lived.conversations.includes(open) }
  }

  /** Keeps a session that has answered. The longest unused one makes room. */
  keep(session: ClaudeSession, lived: Lived): void {
    const { clock, keepMs, limit } = this.#options
    const kept: Kept = { lived, session, expiry: clock.timer(keepMs, () => void this.#end(kept, 'expired')) }
    this.#kept.add(kept)
    void session.closed.then(() => this.#forget(kept, 'died'))
    while (this.#kept.size > limit) this.evictOne()
  }

  /** Remembers why a session with this past is not kept. */
  bury({ setup, conversations }: Lived, reason: MissReason): void {
    for (const conversation of conversations) this.#gone.bury(graveOf(setup, conversation), reason)
  }

  /** The session has answered: what it was taken for is behind it. */
  movedOn({ setup, conversations }: Lived): void {
    for (const conversation of conversations) this.#gone.forget(graveOf(setup, conversation))
  }

  /** Ends a kept session before its time. */
  retire(session: ClaudeSession): void {
    const kept = [...this.#kept].find((each) => each.session === session)
    if (kept) void this.#end(kept, 'retired')
  }

  /** Ends the session that was used longest ago. False when there is none. */
  evictOne(): boolean {
    const [oldest] = this.#kept
    if (oldest) void this.#end(oldest, 'evicted')
    return oldest !== undefined
  }

  /** Ends all. Resolves when their processes are gone. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#kept].map((kept) => this.#end(kept, 'evicted')))
  }

  /** One that has just ended is heard of only when its folders are gone, too. */
  #forgetDead(): void {
    for (const kept of this.#kept) if (kept.session.state !== 'kept') this.#forget(kept, 'died')
  }

  #whyNot(setup: SetupKey, wanted: readonly string[], otherwise: Kept | undefined): MissReason {
    const buried = wanted.map((key) => this.#gone.reasonFor(graveOf(setup, key))).find((reason) => reason !== undefined)
    if (buried) return buried
    if (otherwise) return firstDifference(otherwise.lived.setup, setup)
    return this.#kept.size === 0 ? 'none-kept' : 'history'
  }

  #end(kept: Kept, reason: MissReason): Promise<void> {
    this.#forget(kept, reason)
    return kept.session.end(0)
  }

  #forget(kept: Kept, reason: MissReason): void {
    if (!this.#kept.delete(kept)) return
    kept.expiry[Symbol.dispose]()
    this.bury(kept.lived, reason)
    if (reason !== 'busy') this.#options.log.debug({ reason }, 'a Claude Code session is not kept any longer')
  }
}

function graveOf(setup: SetupKey, conversation: string): string {
  return `${setupText(setup)}\n${conversation}`
}

function firstDifference(kept: SetupKey, asked: SetupKey): SetupPart {
  const parts: readonly SetupPart[] = ['model', 'system', 'tools', 'effort']
  return parts.find((part) => kept[part] !== asked[part]) ?? 'effort'
}
