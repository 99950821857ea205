/** What a JSON text can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

export interface TextBlock {
  readonly type: 'text'
  readonly text: string
}

export interface ImageBlock {
  readonly type: 'image'
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string }
}

export interface ToolUseBlock {
  readonly type: 'tool_use'
  /** Unique within the conversation, letters, digits, `_` and `-` only. */
  readonly id: string
  /** As the model was offered it. */
  readonly name: string
  readonly input: JsonObject
}

export interface ToolResultBlock {
  readonly type: 'tool_result'
  readonly tool_use_id: string
  readonly content: readonly (TextBlock | ImageBlock)[]
  readonly is_error?: boolean
}

export type UserBlock = TextBlock | ImageBlock | ToolResultBlock
export type AssistantBlock = TextBlock | ToolUseBlock

export type HistoryMessage =
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] }

/** A tool as the model is offered it. */
export interface OfferedTool {
  /** The name within our tool server: letters, digits, `_` and `-`, unique in the turn. The model sees `mcp__auxot__` in front. */
  readonly name: string
  /** What the caller calls it; every report to the router uses this. */
  readonly callerName: string
  readonly description: string
  /** A JSON Schema with `type: "object"`, checked. */
  readonly inputSchema: JsonObject
}

/** `off` where the caller asked for no reasoning; undefined leaves the model's own default. */
export type Effort = 'off' | 'low' | 'medium' | 'high'

/** One question to Claude Code, with everything it needs and nothing of the wire it came over. */
export interface Turn {
  readonly jobId: string
  /** Empty: no system prompt beyond Claude Code's own identity line. */
  readonly system: string
  /** Everything before the prompt, user and assistant in turn. */
  readonly history: readonly HistoryMessage[]
  /** The message that is answered: a question, or the results of the tools that the caller ran. Never empty. */
  readonly prompt: readonly UserBlock[]
  readonly tools: {
    /** Run by the API caller: a call ends the turn. */
    readonly returned: readonly OfferedTool[]
    /** Run through the router while the turn waits. */
    readonly live: readonly OfferedTool[]
    /** Claude Code's own, by name, that may run inside the worker; `all` where nothing narrows them. */
    readonly builtin: 'all' | readonly string[]
    /** Claude Code's own that must not run although `builtin` is `all`: a tool of the job has the same name. */
    readonly builtinOff: readonly string[]
  }
  readonly model: string
  readonly effort: Effort | undefined
  /** Tokens; undefined leaves the model's own. */
  readonly maxTokens: number | undefined
  readonly temperature: number | undefined
  /** Secrets of this job for the tools that run in it. */
  readonly env: Readonly<Record<string, string>>
  /** The router's id of the conversation. What goes on where is decided by the history; what a history cannot show, by this too. */
  readonly conversation: string | undefined
}
