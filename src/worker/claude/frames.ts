import type { AssistantBlock, JsonObject, UserBlock } from './turn.ts'

/*
 * Claude Code's stream-json protocol, as far as it is used: one JSON object a line in both directions.
 * Held against the exported types of @anthropic-ai/claude-agent-sdk and the pinned program by the contract tests.
 */

/** What we ask of Claude Code on its control channel. */
export type ControlRequest =
  | {
      readonly subtype: 'initialize'
      /** The caller's system prompt; [] leaves Claude Code's identity line alone. The first initialize wins. */
      readonly systemPrompt: string[]
      readonly sdkMcpServers: string[]
      readonly hooks?: { readonly PreToolUse: { matcher: string; hookCallbackIds: string[] }[] }
    }
  | { readonly subtype: 'apply_flag_settings'; readonly settings: Record<string, unknown> }
  | {
      readonly subtype: 'set_max_thinking_tokens'
      readonly thinking_display: 'summarized'
    }
  /** Takes back the latest user message, which was given this uuid. */
  | { readonly subtype: 'rewind_conversation'; readonly target_message_uuid: string }

/** A line that we write. */
export type OutgoingFrame =
  | { readonly type: 'control_request'; readonly request_id: string; readonly request: ControlRequest }
  | {
      readonly type: 'control_response'
      readonly response: { readonly subtype: 'success'; readonly request_id: string; readonly response: JsonObject }
    }
  | { readonly type: 'update_environment_variables'; readonly variables: Record<string, string> }
  | {
      readonly type: 'user'
      readonly message: { readonly role: 'user'; readonly content: readonly UserBlock[] }
      readonly parent_tool_use_id: null
      /** Without it a text that begins with `/` is run as a command. */
      readonly client_composed: true
      readonly uuid?: string
      /** false: appended to the conversation without asking the model; answered by a `result` of its own. */
      readonly shouldQuery?: false
    }
  | {
      readonly type: 'assistant'
      readonly message: { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] }
    }

/** A question to the model. */
export function questionFrame(content: readonly UserBlock[]): OutgoingFrame {
  return { type: 'user', message: { role: 'user', content }, parent_tool_use_id: null, client_composed: true }
}

/** A user message of the past. */
export function silentUserFrame(content: readonly UserBlock[]): OutgoingFrame & { type: 'user' } {
  return { ...(questionFrame(content) as OutgoingFrame & { type: 'user' }), shouldQuery: false }
}

/** The warm-up of a spare: it says nothing, and can be taken back by its uuid. */
export function warmUpFrame(uuid: string): OutgoingFrame {
  return { ...silentUserFrame([]), uuid }
}

/** An assistant message of the past. */
export function assistantFrame(content: readonly AssistantBlock[]): OutgoingFrame {
  return { type: 'assistant', message: { role: 'assistant', content } }
}

/** One event of the model's own stream, passed on by Claude Code unchanged. */
export type ModelEvent =
  | { readonly type: 'message_start'; readonly message: { readonly id?: string; readonly usage?: ModelUsage } }
  | { readonly type: 'content_block_start'; readonly index: number; readonly content_block: ModelBlockStart }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: ModelDelta }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | {
      readonly type: 'message_delta'
      readonly delta: { readonly stop_reason?: string | null }
      readonly usage?: ModelUsage
    }
  | { readonly type: 'message_stop' }

export interface ModelBlockStart {
  readonly type: string
  readonly id?: string
  readonly name?: string
  readonly text?: string
}

export interface ModelDelta {
  readonly type: string
  readonly text?: string
  readonly thinking?: string
  readonly partial_json?: string
}

export interface ModelUsage {
  readonly input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens?: number | null
}

export interface RateLimitInfo {
  readonly status?: string
  /** Seconds since the epoch. */
  readonly resetsAt?: number
  readonly rateLimitType?: string
}

/** The last frame of a turn. `is_error` comes with `subtype: "success"` too. */
export interface ResultFrame {
  readonly type: 'result'
  readonly subtype?: string
  readonly is_error?: boolean
  readonly result?: string
  readonly stop_reason?: string | null
  readonly terminal_reason?: string
  readonly num_turns?: number
  readonly usage?: ModelUsage
  /** Cumulative per process. */
  readonly total_cost_usd?: number
  readonly session_id?: string
  readonly api_error_status?: number | null
  readonly api_error?: string
  readonly errors?: readonly string[]
}

/** A message of the model or, with `message.model` "<synthetic>", Claude Code's own words about a failure. */
export interface AssistantFrame {
  readonly type: 'assistant'
  readonly message: { readonly model?: string; readonly content?: readonly { type: string; text?: string }[] }
  readonly parent_tool_use_id?: string | null
  readonly error?: string
  readonly api_error?: string
  readonly api_error_status?: number | null
  readonly api_error_type?: string
  readonly is_api_error_message?: boolean
}

/** The results of tools that ran. */
export interface UserFrame {
  readonly type: 'user'
  readonly message: { readonly content?: string | readonly ResultBlock[] }
  readonly parent_tool_use_id?: string | null
}

export interface ResultBlock {
  readonly type: string
  readonly tool_use_id?: string
  readonly content?: string | readonly { type: string; text?: string }[]
  readonly is_error?: boolean
  readonly text?: string
}

/** What Claude Code asks of us. */
export interface HostRequestFrame {
  readonly type: 'control_request'
  readonly request_id: string
  readonly request: {
    readonly subtype: string
    readonly server_name?: string
    readonly message?: { readonly id?: number | string; readonly method: string; readonly params?: JsonObject }
    readonly callback_id?: string
    readonly tool_name?: string
    readonly input?: JsonObject
  }
}

/** A line that we read. Types that are not listed are dropped by `decodeFrame`. */
export type IncomingFrame =
  | { readonly type: 'stream_event'; readonly event: ModelEvent; readonly parent_tool_use_id?: string | null }
  | AssistantFrame
  | UserFrame
  | ResultFrame
  | HostRequestFrame
  | { readonly type: 'rate_limit_event'; readonly rate_limit_info: RateLimitInfo }
  | { readonly type: 'system'; readonly subtype?: string; readonly [field: string]: unknown }
  | {
      readonly type: 'control_response'
      readonly response: {
        readonly subtype: string
        readonly request_id: string
        readonly response?: unknown
        readonly error?: string
      }
    }

const knownTypes: ReadonlySet<string> = new Set<IncomingFrame['type']>([
  'stream_event',
  'assistant',
  'user',
  'result',
  'control_request',
  'rate_limit_event',
  'system',
  'control_response',
])

/** The frame of a line; undefined for a kind that is not used. Throws SyntaxError for a line that is no JSON. */
export function decodeFrame(line: string): IncomingFrame | undefined {
  const value = JSON.parse(line) as { type?: unknown } | null
  return typeof value?.type === 'string' && knownTypes.has(value.type) ? (value as IncomingFrame) : undefined
}

export function encodeFrames(frames: readonly OutgoingFrame[]): string {
  return frames.map((frame) => `${JSON.stringify(frame)}\n`).join('')
}
