import type { TextBlock, ToolResultBlock, UserBlock } from '../claude/turn.ts'
import type { ContentBlock } from './plan-content.ts'
import type { PlannedCall } from './plan-tool-calls.ts'

/** What was said between two messages of the assistant, in its order. */
export type Reply =
  | { readonly by: 'user' | 'system'; readonly blocks: readonly ContentBlock[] }
  /** `callId` as the caller sent it; empty where it sent none. */
  | { readonly by: 'tool'; readonly callId: string; readonly blocks: readonly ContentBlock[] }

type ToolReply = Extract<Reply, { by: 'tool' }>

/** What the model is told of a call that nobody answered. */
export const noResultText = 'No result of this tool call was sent.'

/** One user message: a result for every call in the order of the calls, then everything else in its own order. */
export function replyBlocks(calls: readonly PlannedCall[], replies: readonly Reply[]): UserBlock[] {
  const results = matchResults(calls, replies)
  const matched = new Set<Reply>([...results.values()].flat())
  return [
    ...calls.map((call) => resultBlock(call, results.get(call) ?? [])),
    ...replies.filter((reply) => !matched.has(reply)).flatMap(otherBlocks),
  ]
}

/** Results that name their call go first; those without an id answer, in order, the calls that are left. */
function matchResults(calls: readonly PlannedCall[], replies: readonly Reply[]): Map<PlannedCall, ToolReply[]> {
  const results = new Map<PlannedCall, ToolReply[]>(calls.map((call) => [call, []]))
  const isOpen = (call: PlannedCall) => results.get(call)?.length === 0
  const tools = replies.filter((reply) => reply.by === 'tool')
  for (const reply of tools.filter(({ callId }) => callId !== '')) {
    const named = calls.filter((call) => call.givenId === reply.callId)
    const call = named.find(isOpen) ?? named.at(-1)
    if (call) results.get(call)?.push(reply)
  }
  for (const reply of tools.filter(({ callId }) => callId === '')) {
    const call = calls.find(isOpen)
    if (call) results.get(call)?.push(reply)
  }
  return results
}

function resultBlock({ block }: PlannedCall, replies: readonly ToolReply[]): ToolResultBlock {
  const result = { type: 'tool_result', tool_use_id: block.id } as const
  if (replies.length > 0) return { ...result, content: replies.flatMap((reply) => reply.blocks) }
  return { ...result, content: [{ type: 'text', text: noResultText }], is_error: true }
}

function otherBlocks(reply: Reply): readonly ContentBlock[] {
  if (reply.by !== 'tool') return reply.blocks
  const of = reply.callId === '' ? 'without a call id' : `of the call ${JSON.stringify(reply.callId)}`
  const heading: TextBlock = { type: 'text', text: `[A tool result ${of}, which was not open at this point:]` }
  return [heading, ...reply.blocks]
}
