import { builtinToolNames } from './builtin-tools.ts'
import type { ClaudeSession } from './claude-session.ts'
import { hasLargeImage } from './conversation.ts'
import { type Lived, livedThrough } from './kept-sessions.ts'
import type { Turn } from './turn.ts'

/** What a session has lived through with a turn, and whether its conversation may go on in it. */
export function pastOf(session: ClaudeSession, turn: Turn, wasPrivate: boolean): { lived: Lived; mayGoOn: boolean } {
  const lived = livedThrough(turn, session.formsOf(turn), wasPrivate)
  // Claude Code re-encodes a large image that comes on stdin; a replay would show the model the original.
  const isExact = !hasLargeImage({ role: 'user', content: turn.prompt })
  return { lived, mayGoOn: lived.conversations.length > 0 && isExact && !holdsSecrets(turn) }
}

/** A job's secrets reach a process only where tools may run in it. */
function holdsSecrets({ env, tools }: Turn): boolean {
  return Object.keys(env).length > 0 && builtinToolNames(tools).length > 0
}
