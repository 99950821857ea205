import type { HistoryMessage, JsonObject, OfferedTool, Turn, UserBlock } from '../../src/worker/claude/turn.ts'

/** A turn from the fields that matter to a test: a plain question on a model of the older kind, whose messages stay readable. */
export function turnFrom(fields: Partial<Omit<Turn, 'tools' | 'prompt'>> & TurnWishes = {}): Turn {
  const { tools, prompt = 'hello', ...rest } = fields
  return {
    jobId: 'job-1',
    system: '',
    history: [],
    prompt: typeof prompt === 'string' ? [textBlock(prompt)] : prompt,
    tools: { returned: [], live: [], builtin: [], builtinOff: [], ...tools },
    model: 'claude-sonnet-4-6',
    effort: undefined,
    maxTokens: undefined,
    temperature: undefined,
    env: {},
    conversation: undefined,
    ...rest,
  }
}

interface TurnWishes {
  readonly tools?: Partial<Turn['tools']>
  /** A string is one text. */
  readonly prompt?: string | readonly UserBlock[]
}

/** A tool that takes anything. */
export function offeredTool(name: string, fields: Partial<OfferedTool> = {}): OfferedTool {
  const inputSchema: JsonObject = { type: 'object', properties: {} }
  return { name, callerName: name, description: `does ${name}`, inputSchema, ...fields }
}

export function textBlock(text: string) {
  return { type: 'text', text } as const
}

/** What the user said, as a message of the past. */
export function userMessage(...content: (string | UserBlock)[]): HistoryMessage {
  return { role: 'user', content: content.map((each) => (typeof each === 'string' ? textBlock(each) : each)) }
}

type AssistantContent = Extract<HistoryMessage, { role: 'assistant' }>['content'][number]

/** What the assistant said and called, as a message of the past. */
export function assistantMessage(...content: (string | AssistantContent)[]): HistoryMessage {
  return { role: 'assistant', content: content.map((each) => (typeof each === 'string' ? textBlock(each) : each)) }
}

/** A call of one of the caller's tools. */
export function toolUse(id: string, name: string, input: JsonObject = {}) {
  return { type: 'tool_use', id, name: `mcp__auxot__${name}`, input } as const
}

/** What a tool answered. */
export function toolResult(id: string, ...content: (string | Exclude<UserBlock, { type: 'tool_result' }>)[]) {
  const parts = content.map((each) => (typeof each === 'string' ? textBlock(each) : each))
  return { type: 'tool_result', tool_use_id: id, content: parts } as const
}

export function imageBlock(data: string, media_type = 'image/png') {
  return { type: 'image', source: { type: 'base64', media_type, data } } as const
}
