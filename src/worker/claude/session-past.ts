import { builtinToolNames } from './builtin-tools.ts'
import type { ClaudeSession } from './claude-session.ts'
import { hasLargeImage } from './conversation.ts'
import { type Lived, livedThrough, type MissReason } from './kept-sessions.ts'
import type { Turn } from './turn.ts'

/** When a process is not kept any longer: it grows with each turn. */
export interface KeptLimits {
  readonly turns: number
  readonly memoryBytes: number
}

export const usualKeptLimits: KeptLimits = { turns: 200, memoryBytes: 640 * 1_024 * 1_024 }

/** What a session has lived through, and whether its conversation may go on in it. */
export interface Past {
  readonly lived: Lived
  readonly mayGoOn: boolean
}

/** The past of a session after a turn. */
export function pastOf(
  session: ClaudeSession,
  turn: Turn,
  { wasPrivate, mostTurns }: { wasPrivate: boolean; mostTurns: number },
): Past {
  const lived = livedThrough(turn, session.turns.formsOf(turn), wasPrivate)
  // Claude Code re-encodes a large image that comes on stdin; a replay would show the model the original.
  const isExact = !hasLargeImage({ role: 'user', content: turn.prompt })
  const mayGoOn = lived.conversations.length > 0 && isExact && !holdsSecrets(turn) && session.turns.answered < mostTurns
  return { lived, mayGoOn }
}

/** Why a session that is given back is not kept. */
export function whyNotKept({ hasDied }: ClaudeSession): MissReason {
  return hasDied ? 'died' : 'retired'
}

/** A job's secrets reach a process only where tools may run in it. */
function holdsSecrets({ env, tools }: Turn): boolean {
  return Object.keys(env).length > 0 && builtinToolNames(tools).length > 0
}
