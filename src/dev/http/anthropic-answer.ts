import type { ReceivedOf, ReturnedToolCall } from '../../protocol/worker-messages.ts'
import { CallerError } from './caller-error.ts'
import { textOf } from './job-request.ts'

type Complete = ReceivedOf<'complete'>

/** A finished job as a message of the Anthropic API. */
export function messageFrom(head: { id: string; model: string }, complete: Complete): object {
  const text = textOf(complete)
  const thoughts = complete.reasoning_content
  const content = [
    ...(thoughts ? [{ type: 'thinking', thinking: thoughts, signature: '' }] : []),
    ...(text ? [{ type: 'text', text, citations: null }] : []),
    ...(complete.tool_calls ?? []).map(toolUseFrom),
  ]
  return {
    ...messageStart(head),
    content: content.length > 0 ? content : [{ type: 'text', text: '', citations: null }],
    stop_reason: stopReason(complete),
    usage: usageFrom(complete),
  }
}

/** A message of which nothing is known yet but its name. */
export function messageStart({ id, model }: { id: string; model: string }): object {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 0, output_tokens: 0 },
  }
}

export function stopReason({ tool_calls }: Complete): 'tool_use' | 'end_turn' {
  return tool_calls && tool_calls.length > 0 ? 'tool_use' : 'end_turn'
}

/** The wire's input is all input; this API counts what came from the cache apart. */
export function usageFrom({ input_tokens, output_tokens, cache_tokens }: Complete): object {
  const cached = cache_tokens ?? 0
  return {
    input_tokens: Math.max(0, (input_tokens ?? 0) - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output_tokens ?? 0,
  }
}

function toolUseFrom({ id, function: { name, arguments: text } }: ReturnedToolCall): object {
  return { type: 'tool_use', id, name, input: inputFrom(name, text) }
}

function inputFrom(name: string, text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new CallerError(500, 'api_error', `the worker's arguments for the tool "${name}" are not JSON`)
  }
}

/** An error in the form of this API. */
export function anthropicError(type: string, message: string): object {
  return { type: 'error', error: { type, message } }
}
