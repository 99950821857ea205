import { z } from 'zod'
import { list, optional } from './lenient.ts'

/** What a worker says it is. `total_slots` is its concurrency and is always sent. */
const capabilitiesSchema = z.object({
  backend: z.string(),
  model: z.string(),
  /** Tokens. */
  ctx_size: z.number(),
  total_slots: optional(z.number().int()),
  model_capabilities: list(z.string()),
})
export type Capabilities = z.input<typeof capabilitiesSchema>

const jobField = { job_id: z.string() }

/** How the subscription's rate limit stands, as the model service reported it. */
const rateLimitFields = {
  rate_limit_status: optional(z.string()),
  /** Seconds since the epoch. */
  rate_limit_resets_at: optional(z.number()),
  rate_limit_type: optional(z.string()),
}

/** A tool call that the API caller (or a tools worker) has to run; `arguments` is a JSON text. */
const returnedToolCallSchema = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})
export type ReturnedToolCall = z.output<typeof returnedToolCallSchema>

/** A tool that ran inside the worker or, live, for it; reported with `complete`. */
const builtinToolUseSchema = z.object({
  id: z.string(),
  name: z.string(),
  arguments: z.string(),
  result: optional(z.string()),
})

/** `complete`: the job's good end. Counts are those of the whole job; `input_tokens` includes cache writes and reads. */
const completeSchema = z.object({
  type: z.literal('complete'),
  ...jobField,
  full_response: z.string(),
  post_tool_content: optional(z.string()),
  reasoning_content: optional(z.string()),
  duration_ms: optional(z.number()),
  cache_tokens: optional(z.number()),
  input_tokens: optional(z.number()),
  output_tokens: optional(z.number()),
  reasoning_tokens: optional(z.number()),
  tool_calls: optional(z.array(returnedToolCallSchema)),
  builtin_tool_uses: optional(z.array(builtinToolUseSchema)),
  total_cost_usd: optional(z.number()),
  provider_session_id: optional(z.string()),
  ...rateLimitFields,
})

/** Everything a worker says to a router, tagged by `type`. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), gpu_key: z.string(), capabilities: capabilitiesSchema }),
  z.object({ type: z.literal('config'), capabilities: capabilitiesSchema }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('token'), ...jobField, token: z.string(), reasoning: optional(z.boolean()) }),
  z.object({ type: z.literal('tool_generating'), ...jobField }),
  z.object({
    type: z.literal('builtin_tool'),
    ...jobField,
    id: z.string(),
    name: z.string(),
    arguments: z.string(),
    result: z.string(),
  }),
  z.object({
    type: z.literal('job.tool.call.request'),
    ...jobField,
    call_id: z.string(),
    tool_name: z.string(),
    arguments: z.string(),
  }),
  completeSchema,
  z.object({ type: z.literal('error'), ...jobField, error: z.string(), details: optional(z.string()) }),
  z.object({
    type: z.literal('job.overload'),
    ...jobField,
    retry_after_secs: optional(z.number()),
    ...rateLimitFields,
  }),
])

/** A message as a worker writes it. */
export type WorkerMessage = z.input<typeof workerMessageSchema>
/** A message as a router reads it. */
export type ReceivedWorkerMessage = z.output<typeof workerMessageSchema>
/** A message as a router reads it, of one type. */
export type ReceivedOf<Type extends ReceivedWorkerMessage['type']> = Extract<ReceivedWorkerMessage, { type: Type }>
/** What a router knows of a worker's abilities. */
export type ReceivedCapabilities = z.output<typeof capabilitiesSchema>
/** A message as a worker writes it, of one type. */
export type WorkerMessageOf<Type extends WorkerMessage['type']> = Extract<WorkerMessage, { type: Type }>
export type Complete = WorkerMessageOf<'complete'>
