import type { Complete, ReturnedToolCall, WorkerMessage, WorkerMessageOf } from '../../protocol/worker-messages.ts'
import type { ClaudeEvent, RateLimit, ToolCall, TurnResult } from '../claude/claude-event.ts'
import type { ClaudeFailure } from '../claude/claude-failure.ts'
import { rateLimitSentence } from '../claude/failures.ts'

/** What the router is told of an event while the job runs; undefined for what it learns at the end or not at all. */
export function messageFrom(jobId: string, event: ClaudeEvent): WorkerMessage | undefined {
  switch (event.type) {
    case 'text':
      return event.text === '' ? undefined : { type: 'token', job_id: jobId, token: event.text }
    case 'reasoning':
      return event.text === '' ? undefined : { type: 'token', job_id: jobId, token: event.text, reasoning: true }
    case 'tool_generating':
      return { type: 'tool_generating', job_id: jobId }
    case 'tool_started':
      return builtinTool(jobId, event, '')
    case 'tool_ended':
      return builtinTool(jobId, event, event.result)
    case 'rate_limit':
    case 'result':
      return undefined
  }
}

function builtinTool(
  jobId: string,
  { id, name, arguments: input }: Extract<ClaudeEvent, { type: 'tool_started' | 'tool_ended' }>,
  result: string,
): WorkerMessage {
  return { type: 'builtin_tool', job_id: jobId, id, name, arguments: input, result }
}

/** What `complete` needs to know beside the turn's result. */
export interface CompleteFacts {
  readonly durationMs: number
  /** The job came from a coordinator, which wants the text before and after the tools apart. */
  readonly coordinator: boolean
  /** The last that was heard of the subscription's limit. */
  readonly rateLimit?: RateLimit | undefined
}

/** The good end of a job. Whole numbers throughout: the router reads them as integers. */
export function completeFrom(jobId: string, result: TurnResult, facts: CompleteFacts): Complete {
  return {
    type: 'complete',
    job_id: jobId,
    ...textFields(result, facts.coordinator),
    ...(result.reasoning !== '' && { reasoning_content: result.reasoning }),
    duration_ms: Math.round(facts.durationMs),
    cache_tokens: result.usage.cacheTokens,
    input_tokens: result.usage.inputTokens,
    output_tokens: result.usage.outputTokens,
    ...(result.toolCalls.length > 0 && { tool_calls: result.toolCalls.map(returnedCall) }),
    ...(result.toolUses.length > 0 && { builtin_tool_uses: result.toolUses.map((use) => ({ ...use })) }),
    ...(result.costUsd !== undefined && { total_cost_usd: result.costUsd }),
    ...(result.sessionId !== '' && { provider_session_id: result.sessionId }),
    ...rateLimitFields(facts.rateLimit),
  }
}

/**
 * The public router knows `full_response` only and replaces by it what it streamed: it has to hold everything.
 * A coordinator takes what stood between two tools from the tokens.
 */
function textFields(result: TurnResult, coordinator: boolean): Pick<Complete, 'full_response' | 'post_tool_content'> {
  const usedTools = result.toolCalls.length > 0 || result.toolUses.length > 0
  if (!coordinator || !usedTools) return { full_response: result.text }
  const after = result.textAfterTools
  return { full_response: result.textBeforeTools, ...(after !== '' && { post_tool_content: after }) }
}

function returnedCall({ id, name, input }: ToolCall): ReturnedToolCall {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } }
}

/** How a failed job is settled. */
export interface ErrorFacts {
  readonly onRateLimit: 'error' | 'requeue'
  readonly coordinator: boolean
  /** Something of the answer has reached the router. */
  readonly streamed: boolean
  /** Milliseconds since the epoch; with it an overload says in how many seconds the limit resets. */
  readonly now?: number | undefined
}

/**
 * The bad end of a job. Undefined: say nothing and close, and the router gives the job to another worker.
 * Only a job of which nothing was streamed may be run again, or its caller would read the beginning twice.
 */
export function errorFrom(
  jobId: string,
  failure: ClaudeFailure,
  facts: ErrorFacts,
): WorkerMessageOf<'error' | 'job.overload'> | undefined {
  if (failure.class !== 'rate_limit') return errorMessage(jobId, failure.message, failure.details)
  if (facts.streamed) return errorMessage(jobId, rateLimitSentence(failure.rateLimit), failure.details)
  if (facts.coordinator) return overload(jobId, failure.rateLimit ?? { status: 'rejected' }, facts.now)
  if (facts.onRateLimit === 'requeue') return undefined
  return errorMessage(jobId, rateLimitSentence(failure.rateLimit), failure.details)
}

function errorMessage(jobId: string, error: string, details: string | undefined): WorkerMessageOf<'error'> {
  return { type: 'error', job_id: jobId, error, ...(details && { details }) }
}

function overload(jobId: string, rateLimit: RateLimit, now: number | undefined): WorkerMessageOf<'job.overload'> {
  const seconds = (rateLimit.resetsAt ?? Number.NaN) - (now ?? Number.NaN) / 1_000
  return {
    type: 'job.overload',
    job_id: jobId,
    ...(!Number.isNaN(seconds) && { retry_after_secs: Math.max(0, Math.ceil(seconds)) }),
    ...rateLimitFields(rateLimit),
  }
}

function rateLimitFields(rateLimit: RateLimit | undefined) {
  if (!rateLimit) return {}
  const { status, resetsAt, window } = rateLimit
  return {
    rate_limit_status: status,
    ...(resetsAt !== undefined && { rate_limit_resets_at: Math.round(resetsAt) }),
    ...(window !== undefined && { rate_limit_type: window }),
  }
}
