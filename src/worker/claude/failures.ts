import { isoMoment } from '../../shared/iso-moment.ts'
import type { RateLimit } from './claude-event.ts'
import { ClaudeFailure, type FailureClass, type FailureFacts } from './claude-failure.ts'
import type { ProcessExit } from './claude-process.ts'
import type { AssistantFrame, RateLimitInfo, ResultFrame } from './frames.ts'

/** What is known about a turn that ended in an error. */
export interface FailedTurn {
  readonly result: ResultFrame
  /** Claude Code's own words, where it said any. */
  readonly notice: AssistantFrame | undefined
  readonly rateLimit: RateLimit | undefined
}

/** What callers read in front of Claude Code's own wording. */
const sentences: Record<FailureClass, string> = {
  rate_limit: 'rate limit reached',
  overloaded: 'the model service is overloaded, try again later',
  server_error: 'the model service failed',
  auth: "Claude's credential was refused",
  context_overflow: 'the conversation is too long for the model',
  invalid_request: 'the model service refused the request',
  third_party_usage: 'the model service refused this kind of usage',
  stalled: 'Claude Code said nothing for too long',
  time_limit: 'the job took longer than its time limit',
  crashed: 'Claude Code ended unexpectedly',
}

const transientClasses: ReadonlySet<FailureClass> = new Set(['overloaded', 'server_error', 'crashed'])

/** The failure behind a `result` frame with an error in it. */
export function failureOfTurn(turn: FailedTurn, nowMs: number = Date.now()): ClaudeFailure {
  const status = turn.result.api_error_status ?? turn.notice?.api_error_status ?? undefined
  const details = wordsOf(turn)
  const kind = classOf({ ...turn, status, words: details })
  const facts: FailureFacts = { class: kind, details, status, transient: transientClasses.has(kind) }
  if (kind !== 'rate_limit') return new ClaudeFailure(sentenceFor(kind, details), facts)
  const rateLimit = withReset(turn.rateLimit, details, nowMs)
  return new ClaudeFailure(rateLimitSentence(rateLimit), { ...facts, rateLimit })
}

/** The process ended in the middle of a turn. */
export function failureOfExit(exit: ProcessExit): ClaudeFailure {
  const how = exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`
  const details = exit.words === '' ? how : `${how}: ${exit.words}`
  return new ClaudeFailure(sentences.crashed, { class: 'crashed', details, transient: true })
}

/** `rate limit reached, resets at <ISO time>`; no time where nobody said one. */
export function rateLimitSentence(limit: RateLimit | undefined): string {
  const at = isoMoment((limit?.resetsAt ?? Number.NaN) * 1_000)
  return at === undefined ? sentences.rate_limit : `${sentences.rate_limit}, resets at ${at}`
}

/** Our form of a `rate_limit_event`. */
export function rateLimitFrom(info: RateLimitInfo): RateLimit {
  const status = info.status === 'rejected' || info.status === 'allowed_warning' ? info.status : 'allowed'
  const isMoment = isoMoment((info.resetsAt ?? Number.NaN) * 1_000) !== undefined
  return { status, resetsAt: isMoment ? info.resetsAt : undefined, window: info.rateLimitType }
}

interface Signs extends FailedTurn {
  readonly status: number | undefined
  readonly words: string
}

/** The first rule that fits decides. */
const rules: readonly (readonly [FailureClass, (signs: Signs) => boolean])[] = [
  ['context_overflow', ({ result }) => ['prompt_too_long', 'blocking_limit'].includes(result.terminal_reason ?? '')],
  ['rate_limit', (signs) => signs.status === 429 && isUsageLimit(signs)],
  ['overloaded', ({ status }) => status === 429 || status === 529 || status === 503],
  ['auth', ({ status, notice }) => status === 401 || status === 403 || notice?.error === 'authentication_failed'],
  ['auth', ({ words }) => /not logged in|please run \/login/i.test(words)],
  ['third_party_usage', ({ status, words }) => status === 400 && isThirdPartyRefusal(words)],
  ['overloaded', ({ words }) => /overloaded/i.test(words)],
  ['invalid_request', ({ status }) => status !== undefined && status >= 400 && status < 500],
  ['invalid_request', ({ result }) => result.stop_reason === 'refusal' || result.terminal_reason === 'image_error'],
]

function classOf(signs: Signs): FailureClass {
  return rules.find(([, fits]) => fits(signs))?.[0] ?? 'server_error'
}

/** A 429 without the subscription's headers is the service protecting itself, not the operator's limit. */
function isUsageLimit({ result, notice, rateLimit }: Signs): boolean {
  const named = result.api_error ?? notice?.api_error
  return (
    named === 'usage_limit_reached' ||
    (rateLimit?.status === 'rejected' && (rateLimit.resetsAt ?? rateLimit.window) !== undefined)
  )
}

function isThirdPartyRefusal(words: string): boolean {
  return /only authorized for use with Claude Code|third[- ]party (?:app|usage|use)|other applications/i.test(words)
}

function sentenceFor(kind: FailureClass, details: string): string {
  // Where the request itself is at fault, its author needs the service's own words at once.
  const own = kind === 'invalid_request' || kind === 'third_party_usage' || kind === 'context_overflow'
  return own && details !== '' ? `${sentences[kind]}: ${details}` : sentences[kind]
}

function wordsOf({ result, notice }: FailedTurn): string {
  const noticed = notice?.message.content?.find((block) => block.type === 'text')?.text
  return noticed || result.result || result.errors?.join('; ') || result.terminal_reason || ''
}

/** The event's own reset wins; else the time that Claude Code's words name; else none: it is never invented. */
function withReset(limit: RateLimit | undefined, words: string, nowMs: number): RateLimit {
  const known: RateLimit = { ...limit, status: 'rejected' }
  if (known.resetsAt !== undefined) return { ...known, resetFrom: 'event' }
  const stated = statedReset(words, nowMs)
  return stated === undefined ? { ...known, resetFrom: 'unknown' } : { ...known, resetsAt: stated, resetFrom: 'words' }
}

/** `resets 5:28pm (UTC)`: the next such moment, in seconds since the epoch. Other zones are not guessed at. */
function statedReset(words: string, nowMs: number): number | undefined {
  const match = /resets (\d{1,2})(?::(\d\d))?\s?(am|pm) \(UTC\)/i.exec(words)
  if (!match) return undefined
  const hour = (Number(match[1]) % 12) + (match[3]?.toLowerCase() === 'pm' ? 12 : 0)
  const reset = new Date(nowMs)
  reset.setUTCHours(hour, Number(match[2] ?? 0), 0, 0)
  if (reset.getTime() <= nowMs) reset.setUTCDate(reset.getUTCDate() + 1)
  return reset.getTime() / 1_000
}
