import { createHash } from 'node:crypto'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { builtinToolNames } from './builtin-tools.ts'
import { thinks } from './opening.ts'
import type { HistoryMessage, OfferedTool, Turn } from './turn.ts'

/*
 * What the model is asked in a kept process and what it would be asked after a replay differs in this, and in nothing else
 * (held by test/worker/claude/kept/same-as-replayed.patient.test.ts):
 * - Claude Code's own texts (surroundings, model, date; with Bash also how to sign commits) stand once, at the first question
 *   that the process was asked: the conversation's first in a kept one, its last after a replay. They name the process's folder.
 * - Cache markers stand accordingly, and newer models' empty system messages.
 * - The model's reasoning in its earlier answers is still there; no caller can send it back.
 * - An earlier answer's text stands in the blocks in which the model wrote it; a replay has one.
 * - The result of a tool that ran in the process may stand there as a string instead of one text block.
 * - `metadata.user_id` names the process.
 */

/**
 * What a process is told once, in parts that say what differs between two of them. Equal parts mean that the model is told
 * the same. Limits and temperatures are not in it: they are told anew with every question.
 */
export interface SetupKey {
  readonly model: string
  readonly system: string
  readonly tools: string
  readonly effort: string
}

export type SetupPart = keyof SetupKey

export function setupKeyOf(turn: Pick<Turn, 'model' | 'system' | 'tools' | 'effort' | 'temperature'>): SetupKey {
  const { returned, live } = turn.tools
  return {
    model: turn.model,
    system: digest(turn.system),
    tools: digest({ returned: byName(returned), live: byName(live), builtin: builtinToolNames(turn.tools) }),
    effort: `${turn.effort ?? 'default'} ${thinks(turn) ? 'thinking' : 'plain'}`,
  }
}

/** Claude Code offers them to the model in an order of its own. */
function byName(tools: readonly OfferedTool[]): OfferedTool[] {
  return tools.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** One text for a whole key. */
export function setupText(key: SetupKey): string {
  return [key.model, key.effort, key.system, key.tools].join('\n')
}

/**
 * Stands for a conversation: equal for the same messages with the same blocks, ids, arguments (as JSON values), results and
 * images, in whatever order the keys came; different for anything else. Tokens, paths and environments are not part of it.
 */
export function conversationKey(history: readonly HistoryMessage[]): string {
  return digest(history.map(canonicalMessage))
}

/** Where a text is cut into blocks is lost on its way through the caller, who sees one text; that it is one is all that counts. */
function canonicalMessage(message: HistoryMessage): unknown {
  if (message.role === 'user') return message
  const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  return { role: message.role, text, calls: message.content.filter((block) => block.type !== 'text') }
}

/** Lengths are part of JSON, so no two different values can be written alike. */
function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64')
}
