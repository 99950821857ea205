import { randomUUID } from 'node:crypto'
import { imageSize } from './image-size.ts'
import type { HistoryMessage } from './turn.ts'

/**
 * A history as a session file that `--resume` reads: a line a message, chained by `parentUuid`.
 * `timestamp` is needed by some versions (2.1.300, 2.1.329), which otherwise find no conversation.
 */
export function sessionFile(history: readonly HistoryMessage[], nowMs: number): string {
  const sessionId = randomUUID()
  const timestamp = new Date(nowMs).toISOString()
  let parentUuid: string | null = null
  const lines = history.map(({ role, content }) => {
    const uuid = randomUUID()
    const line = { uuid, parentUuid, sessionId, type: role, timestamp, message: { role, content } }
    parentUuid = uuid
    return `${JSON.stringify(line)}\n`
  })
  return lines.join('')
}

/** Images that Claude Code would shrink or re-encode when they come in on stdin; from a session file they stay as they are. */
const largeImageCharacters = 450_000
const longestSidePixels = 2_000
/** Newer models' images are shrunk to about 1932 × 1932, older models' are not. */
const mostPixels = 1_900 * 1_900
/** User messages above which a session file is faster than telling them one by one; measured by `npm run bench`. */
const manyUserMessages = 25

/** Whether a history is better read from a file than told on stdin. A file has to end in an answer of the assistant in words. */
export function prefersFile(history: readonly HistoryMessage[]): boolean {
  const last = history.at(-1)
  if (last?.role !== 'assistant' || last.content.some((block) => block.type === 'tool_use')) return false
  return history.filter(({ role }) => role === 'user').length > manyUserMessages || history.some(hasLargeImage)
}

/** Whether Claude Code would change an image of the message on its way in. */
export function hasLargeImage({ role, content }: HistoryMessage): boolean {
  if (role === 'assistant') return false
  const parts = content.flatMap((block) => (block.type === 'tool_result' ? block.content : [block]))
  return parts.some((part) => part.type === 'image' && part.source.type === 'base64' && isLarge(part.source.data))
}

function isLarge(base64: string): boolean {
  if (base64.length > largeImageCharacters) return true
  const { width = 0, height = 0 } = imageSize(base64) ?? {}
  return Math.max(width, height) > longestSidePixels || width * height > mostPixels
}
