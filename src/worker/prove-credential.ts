import { systemClock } from '../shared/clock.ts'
import { ReleaseStack } from '../shared/disposal.ts'
import { formatDuration } from '../shared/duration.ts'
import { AuxotError, messageOf } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import { ClaudeFailure } from './claude/claude-failure.ts'
import { ClaudePool } from './claude/claude-pool.ts'
import { WorkDirectory } from './claude/work-directory.ts'
import { isAnswered } from './probe-claude.ts'
import type { ClaudeConfig } from './worker-config.ts'

/** What the model service says to a credential. `unproved`: it could not be asked, or its answer says nothing about it. */
export interface CredentialProof {
  readonly result: 'accepted' | 'refused' | 'unproved'
  /** Why, where it was not simply answered. */
  readonly details?: string | undefined
}

/** The cheapest model that every subscription has. */
const model = 'haiku'
const limitMs = 60_000

/** Asks the model service one minimal question through Claude Code, as a worker would. Leaves nothing behind. */
export async function proveCredential(
  found: Pick<ClaudeConfig, 'path' | 'version' | 'credential' | 'env'>,
  log: Log,
): Promise<CredentialProof> {
  await using opened = new ReleaseStack()
  const directory = opened.use(await WorkDirectory.open())
  const config = { ...found, warm: 0, kept: 0, keepConversationMs: 0, modelRetries: 0 }
  const claude = opened.use(
    new ClaudePool({ config, slots: 1, directory, cancelGraceMs: 1_000, clock: systemClock, log }),
  )
  const over = new AbortController()
  const why = new AuxotError(`no answer within ${formatDuration(limitMs)}`, { code: 'TIMEOUT', exit: 'timeout' })
  using _limit = systemClock.timer(limitMs, () => over.abort(why))
  try {
    const answered = await isAnswered(claude, model, over.signal)
    return answered ? { result: 'accepted' } : { result: 'unproved', details: 'Claude Code ended without an answer' }
  } catch (error) {
    return proofFrom(error)
  }
}

function proofFrom(error: unknown): CredentialProof {
  if (!(error instanceof ClaudeFailure)) return { result: 'unproved', details: messageOf(error) }
  const details = error.details || error.message
  if (error.class === 'auth') return { result: 'refused', details }
  // Whoever is told to wait was recognised.
  if (error.class === 'rate_limit') return { result: 'accepted', details }
  return { result: 'unproved', details }
}
