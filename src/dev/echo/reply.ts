import type { Gate } from './gate.ts'
import type { EchoRequest } from './request-log.ts'

/** Why a model stopped. */
type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'refusal'
  | 'pause_turn'
  | 'model_context_window_exceeded'

/** Pieces of text, sent one by one; made as they are needed when they come from a generator. */
export type Chunks = Iterable<string> | AsyncIterable<string>

/** Text or reasoning: `text` goes word by word, `chunks` exactly as given. */
type Words = { readonly text: string } | { readonly chunks: Chunks }

type TextBlock = { readonly type: 'text' } & Words
type ThinkingBlock = { readonly type: 'thinking'; readonly signature?: string } & Words

/** A tool call. `json` replaces the input by raw pieces, for input that is cut or broken. */
interface ToolUseBlock {
  readonly type: 'tool_use'
  readonly name: string
  readonly input?: unknown
  readonly json?: readonly string[]
  /** A new unique one when absent. */
  readonly id?: string
}

/** Any other content block, started and stopped as it is: `redacted_thinking`, or a type nobody knows yet. */
interface OtherBlock {
  readonly type: 'other'
  readonly block: { readonly type: string; readonly [key: string]: unknown }
}

export type ReplyBlock = TextBlock | ThinkingBlock | ToolUseBlock | OtherBlock

/** Numbers as the API reports them. */
export interface Usage {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cache_creation_input_tokens: number
  readonly cache_read_input_tokens: number
  /** What was written to the cache, by how long it is kept. */
  readonly cache_creation: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number }
}

/** An error as the API words it. */
export interface ErrorBody {
  readonly type: string
  readonly message: string
}

/**
 * Where a streamed answer breaks off, and how. After `chunks` the last block is left open, as in a cut answer.
 * A client may drop what it has not read yet when the connection closes: a gate makes sure that it has read.
 */
export interface Interruption {
  readonly after: 'headers' | 'start' | 'chunks'
  /** `cut` closes the connection, `stall` says nothing more until the client goes, an error is sent as an event. */
  readonly by: 'cut' | 'stall' | ErrorBody
}

/** An answer of the model. */
export interface Answer {
  readonly blocks: readonly ReplyBlock[]
  /** `tool_use` when there is a tool call, else `end_turn`. */
  readonly stopReason?: StopReason
  readonly stopSequence?: string
  /** What a refusal is about. */
  readonly stopDetails?: {
    readonly type: 'refusal'
    readonly category: string | null
    readonly explanation: string | null
  }
  /** Replaces single counted numbers. */
  readonly usage?: Partial<Usage>
  /** Before the first byte. */
  readonly delayMs?: number
  /** Before every chunk but the first, and before the end or the interruption. */
  readonly chunkDelayMs?: number
  /** Held before every chunk and before the end or the interruption; one release lets one of them go. */
  readonly gate?: Gate
  readonly interrupted?: Interruption
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal with an HTTP status. */
export interface ApiError {
  readonly status: number
  readonly error: ErrorBody
  readonly delayMs?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** No HTTP answer at all: the connection is reset, or nothing is ever said. */
interface NoAnswer {
  readonly connection: 'reset' | 'silent'
}

export type Reply = Answer | ApiError | NoAnswer

/** A reply, or a function that finds one for the request; it may wait. */
export type ReplySource = Reply | ((request: EchoRequest) => Reply | Promise<Reply>)
