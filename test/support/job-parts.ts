import type { SentJob } from '../../src/protocol/job.ts'

type Message = NonNullable<SentJob['messages']>[number]
type Tool = NonNullable<SentJob['tools']>[number]

/** A text, as a part of a message. */
export function text(value: string) {
  return { type: 'text', text: value } as const
}

/** What the user says in a job. */
export function user(content: string) {
  return { role: 'user', content } as const satisfies Message
}

/** What the assistant said before. */
export function assistant(content: string) {
  return { role: 'assistant', content } as const satisfies Message
}

/** A tool of a job that takes a city. */
export function tool(name: string): Tool {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  return { type: 'function', function: { name, description: `does ${name}`, parameters } }
}

/** A tool call as the router is told of it, and as it comes back in the next job. */
export function call(id: string, name: string, input: object = {}) {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } } as const
}

/** What the assistant called before. */
export function assistantCalls(content: string, ...tool_calls: ReturnType<typeof call>[]): Message {
  return { role: 'assistant', content, tool_calls }
}

/** What a tool of the caller's gave. */
export function toolResult(tool_call_id: string, content: string): Message {
  return { role: 'tool', tool_call_id, content }
}

/** A tool call as the model writes it, one of the tools that it was offered. */
export function modelCalls(id: string, name: string, input: object = {}) {
  return { type: 'tool_use', id, name: `mcp__auxot__${name}`, input } as const
}
