import type { JsonObject } from './turn.ts'

/** How the subscription's limit stands, from the model service's own headers. */
export interface RateLimit {
  readonly status: 'allowed' | 'allowed_warning' | 'rejected'
  /** Seconds since the epoch; absent where nobody said. */
  readonly resetsAt?: number | undefined
  /** Where `resetsAt` was read: the service's event, Claude Code's words, or nowhere. */
  readonly resetFrom?: 'event' | 'words' | 'unknown'
  /** `five_hour`, `seven_day`, … */
  readonly window?: string | undefined
}

/** Tokens of one whole turn, all its requests to the model together. */
export interface Usage {
  /** All input: uncached, cache writes and cache reads. */
  readonly inputTokens: number
  /** The part of the input that was read from the cache. */
  readonly cacheTokens: number
  readonly outputTokens: number
}

/** A call that the API caller has to run. */
export interface ToolCall {
  readonly id: string
  /** The caller's own name of the tool. */
  readonly name: string
  readonly input: JsonObject
}

/** A tool that ran during the turn: Claude Code's own, or live through the router. */
export interface ToolUse {
  readonly id: string
  readonly name: string
  /** JSON text. */
  readonly arguments: string
  readonly result: string
}

/** How a turn ended well. */
export interface TurnResult {
  /** All visible text, in order. */
  readonly text: string
  /** Text before the first tool ran or was called. */
  readonly textBeforeTools: string
  /** Text after the last tool. Equal to '' where no tool ran. */
  readonly textAfterTools: string
  readonly reasoning: string
  /** Not empty: the turn ended because the caller has to run these. */
  readonly toolCalls: readonly ToolCall[]
  readonly toolUses: readonly ToolUse[]
  readonly usage: Usage
  /** Undefined where the turn was cut before its cost was told. */
  readonly costUsd: number | undefined
  readonly sessionId: string
  /** As the model service said it: `end_turn`, `max_tokens`, `stop_sequence`, `tool_use`, `refusal`, … */
  readonly stopReason: string
}

/** What a session tells while it answers. The last one is always `result`; a failure is thrown instead. */
export type ClaudeEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** The model began to write a tool call. */
  | { readonly type: 'tool_generating' }
  /** One of Claude Code's own tools starts. */
  | { readonly type: 'tool_started'; readonly id: string; readonly name: string; readonly arguments: string }
  /** …and has ended. */
  | {
      readonly type: 'tool_ended'
      readonly id: string
      readonly name: string
      readonly arguments: string
      readonly result: string
    }
  | { readonly type: 'rate_limit'; readonly rateLimit: RateLimit }
  | { readonly type: 'result'; readonly result: TurnResult }

/** The answer to a live tool call. */
export interface LiveToolResult {
  readonly content: string
  readonly isError: boolean
  /** `data` is base64. */
  readonly images: readonly { readonly mimeType: string; readonly data: string }[]
}

/** Runs a live tool somewhere else and waits for its answer. Rejects with the signal's reason when it aborts. */
export type CallLiveTool = (
  call: { readonly id: string; readonly name: string; readonly arguments: string },
  signal: AbortSignal,
) => Promise<LiveToolResult>
