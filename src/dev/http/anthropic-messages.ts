import type {
  AnthropicMessage,
  ContentBlock,
  MessageBlock,
  ToolResultBlock,
  ToolUseBlock,
} from './anthropic-request.ts'
import type { SentMessage, SentPart } from './job-request.ts'

/** Where a block of a message belongs on the wire. */
type Placed =
  | { readonly place: 'content'; readonly part: SentPart }
  | { readonly place: 'call'; readonly use: ToolUseBlock }
  | { readonly place: 'result'; readonly result: ToolResultBlock }
  | { readonly place: 'nowhere' }

/** One message of the Anthropic API as the messages that it is on the wire, where each tool result is its own. */
export function wireMessagesFrom({ role, content }: AnthropicMessage): SentMessage[] {
  if (typeof content === 'string') return [{ role, content }]
  const blocks = content.map(place)
  return role === 'assistant' ? assistantFrom(blocks) : inOrder(role, blocks)
}

/** Text and calls are one message; a message of nothing but thoughts is none. */
function assistantFrom(blocks: readonly Placed[]): SentMessage[] {
  const parts = blocks.flatMap((block) => (block.place === 'content' ? [block.part] : []))
  const calls = blocks.flatMap((block) => (block.place === 'call' ? [callFrom(block.use)] : []))
  if (parts.length === 0 && calls.length === 0) return []
  const content = parts.length > 0 ? parts : null
  return [{ role: 'assistant', content, ...(calls.length > 0 ? { tool_calls: calls } : {}) }]
}

/** Results and what stands between them, in the order in which they came. */
function inOrder(role: 'user' | 'system', blocks: readonly Placed[]): SentMessage[] {
  const messages: SentMessage[] = []
  let parts: SentPart[] = []
  const flush = () => {
    if (parts.length > 0) messages.push({ role, content: parts })
    parts = []
  }
  for (const block of blocks) {
    if (block.place === 'content') parts.push(block.part)
    if (block.place !== 'result') continue
    flush()
    messages.push(toolMessageFrom(block.result))
  }
  flush()
  return messages
}

function place(block: MessageBlock): Placed {
  // Blocks of unknown types have any string there, so the type alone does not tell them apart.
  switch (block.type) {
    case 'tool_use':
      return { place: 'call', use: block as ToolUseBlock }
    case 'tool_result':
      return { place: 'result', result: block as ToolResultBlock }
    case 'thinking':
    case 'redacted_thinking':
      return { place: 'nowhere' }
    default:
      return { place: 'content', part: partFrom(block as ContentBlock) }
  }
}

function callFrom({ id, name, input }: ToolUseBlock) {
  return { id, type: 'function' as const, function: { name, arguments: JSON.stringify(input) } }
}

/** The wire has no field for a failed tool: its text says so. */
function toolMessageFrom({ tool_use_id, content, is_error }: ToolResultBlock): SentMessage {
  const plain = typeof content === 'object' && content !== null ? content.map(partFrom) : (content ?? '')
  return { role: 'tool', tool_call_id: tool_use_id, content: is_error ? markedAsError(plain) : plain }
}

function markedAsError(content: string | SentPart[]): string | SentPart[] {
  return typeof content === 'string' ? `Error: ${content}` : [{ type: 'text', text: 'Error:' }, ...content]
}

/** Kinds that are not known go on as they came: it is the worker that knows what it can read. */
function partFrom(block: ContentBlock): SentPart {
  const { source } = block as { source?: unknown }
  if (block.type === 'image') return { type: 'image_url', image_url: { url: imageUrl(source as ImageSource) } }
  if (block.type === 'document' && isText(source)) return { type: 'text', text: source.data }
  return block as SentPart
}

type ImageSource = { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string }

function imageUrl(source: ImageSource): string {
  return source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`
}

function isText(source: unknown): source is { type: 'text'; data: string } {
  return (source as { type?: unknown })?.type === 'text'
}
