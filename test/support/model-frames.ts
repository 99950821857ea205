import type { IncomingFrame, ModelEvent, ModelUsage, ResultFrame } from '../../src/worker/claude/frames.ts'

/** A block of an answer: text or reasoning in pieces, or a call whose arguments come in pieces. */
export type ScriptedBlock =
  | { readonly text: readonly string[] }
  | { readonly thinking: readonly string[] }
  | { readonly call: string; readonly id: string; readonly json: readonly string[]; readonly unfinished?: boolean }

export interface ScriptedAnswer {
  readonly blocks: readonly ScriptedBlock[]
  /** null: closed without a reason, as after an error. */
  readonly stop?: string | null
  readonly usage?: ModelUsage
  readonly endUsage?: ModelUsage
}

/** An event of the model's as Claude Code passes it on. */
export function modelFrame(event: ModelEvent, parent: string | null = null): IncomingFrame {
  return { type: 'stream_event', event, parent_tool_use_id: parent }
}

/** All frames of one answer of the model's. */
export function answerFrames({
  blocks,
  stop = 'end_turn',
  usage = {},
  endUsage = {},
}: ScriptedAnswer): IncomingFrame[] {
  const events: ModelEvent[] = [
    { type: 'message_start', message: { id: 'msg_1', usage } },
    ...blocks.flatMap(blockEvents),
    { type: 'message_delta', delta: { stop_reason: stop }, usage: endUsage },
    { type: 'message_stop' },
  ]
  return events.map((event) => modelFrame(event))
}

/** What Claude Code says of a tool that ran. */
export function toolResultFrame(id: string, content?: string | { type: string; text?: string }[]): IncomingFrame {
  const block = { type: 'tool_result', tool_use_id: id, ...(content !== undefined && { content }) }
  return { type: 'user', message: { content: [block] }, parent_tool_use_id: null }
}

/** The end of a turn. */
export function resultFrame(fields: Partial<ResultFrame> = {}): ResultFrame {
  return {
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: 'session-1',
    total_cost_usd: 0.5,
    ...fields,
  }
}

function blockEvents(block: ScriptedBlock, index: number): ModelEvent[] {
  const deltas = deltasOf(block).map((delta): ModelEvent => ({ type: 'content_block_delta', index, delta }))
  const isUnfinished = 'call' in block && block.unfinished === true
  const stop: ModelEvent[] = isUnfinished ? [] : [{ type: 'content_block_stop', index }]
  return [{ type: 'content_block_start', index, content_block: startOf(block) }, ...deltas, ...stop]
}

function startOf(block: ScriptedBlock) {
  if ('call' in block) return { type: 'tool_use', id: block.id, name: block.call }
  return 'text' in block ? { type: 'text', text: '' } : { type: 'thinking' }
}

function deltasOf(block: ScriptedBlock) {
  if ('call' in block) return block.json.map((partial_json) => ({ type: 'input_json_delta', partial_json }))
  if ('text' in block) return block.text.map((text) => ({ type: 'text_delta', text }))
  return block.thinking.map((thinking) => ({ type: 'thinking_delta', thinking }))
}
