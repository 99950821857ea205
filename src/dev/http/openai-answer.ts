import type { ReceivedOf } from '../../protocol/worker-messages.ts'
import { textOf } from './job-request.ts'

/** What every piece of an answer repeats. */
export interface AnswerHead {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
}

type Complete = ReceivedOf<'complete'>

/** A finished job as a `chat.completion`. */
export function completionFrom(head: AnswerHead, complete: Complete): object {
  const calls = complete.tool_calls ?? []
  const text = textOf(complete)
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(complete.reasoning_content ? { reasoning_content: complete.reasoning_content } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(complete) }
  return { ...head, object: 'chat.completion', choices: [choice], usage: usageFrom(complete) }
}

/** One piece of a streamed answer. */
export function chunkFrom(head: AnswerHead, delta: object, finish: string | null = null): object {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finish }
  return { ...head, object: 'chat.completion.chunk', choices: [choice] }
}

/** The last piece, for callers that asked for it. */
export function usageChunkFrom(head: AnswerHead, complete: Complete): object {
  return { ...head, object: 'chat.completion.chunk', choices: [], usage: usageFrom(complete) }
}

export function finishReason({ tool_calls }: Complete): 'tool_calls' | 'stop' {
  return tool_calls && tool_calls.length > 0 ? 'tool_calls' : 'stop'
}

function usageFrom({ input_tokens, output_tokens, cache_tokens, reasoning_tokens }: Complete): object {
  const prompt = input_tokens ?? 0
  const completion = output_tokens ?? 0
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cache_tokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: reasoning_tokens ?? 0 },
  }
}

/** An error in the form of this API. */
export function openaiError(type: string, message: string): object {
  return { error: { message, type } }
}
