import type { ClaudeSession } from './claude-session.ts'
import { hasLargeImage } from './conversation.ts'
import { type Lived, livedThrough } from './kept-sessions.ts'
import type { Turn } from './turn.ts'

/** Turns after which a process is not kept any longer: it grows with each. */
const turnsLimit = 200

/** What a session that has answered a turn has lived through, and whether its conversation may go on in it. */
export function pastOf(session: ClaudeSession, turn: Turn, wasPrivate: boolean): { lived: Lived; mayGoOn: boolean } {
  const lived = livedThrough(turn, session.forms, wasPrivate)
  // Claude Code re-encodes a large image that comes on stdin; a replay would show the model the original.
  const isExact = !hasLargeImage({ role: 'user', content: turn.prompt })
  const holdsSecrets = Object.keys(turn.env).length > 0
  return { lived, mayGoOn: lived.conversations.length > 0 && isExact && !holdsSecrets && session.turns < turnsLimit }
}
