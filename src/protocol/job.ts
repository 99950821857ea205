import { z } from 'zod'
import { list, optional, text } from './lenient.ts'

const toolCallSchema = z.object({
  id: text,
  /** `arguments` is a JSON text, possibly empty. */
  function: z.object({ name: z.string(), arguments: text }),
})

/** A part of a message's content. Kinds that are not known here are kept by their type, to be named in the refusal. */
const contentPartSchema = z.union([
  // Go leaves an empty text out.
  z.object({ type: z.literal('text'), text }),
  z
    .object({ type: z.literal('image_url'), image_url: z.union([z.string(), z.object({ url: z.string() })]) })
    .transform(({ type, image_url }) => ({ type, url: typeof image_url === 'string' ? image_url : image_url.url })),
  z.object({ type: z.string() }).transform(({ type }) => ({ type: 'unknown' as const, of: type })),
])

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z
    .union([z.string(), z.array(contentPartSchema)])
    .nullish()
    .transform((value) => value ?? ''),
  tool_call_id: optional(z.string()),
  tool_calls: list(toolCallSchema),
})

const toolSchema = z.object({
  type: optional(z.string()),
  function: z.object({
    name: z.string(),
    description: text,
    /** A JSON Schema; checked before it is offered to Claude Code. */
    parameters: optional(z.unknown()),
  }),
})

/** `job`: one request of an API caller, to be answered with tokens and one `complete`, `error` or `job.overload`. */
export const jobSchema = z.object({
  type: z.literal('job'),
  job_id: z.string().min(1),
  messages: list(messageSchema),
  tools: list(toolSchema),
  /** Model for this job; beats the policy's. Coordinator only. */
  model: text,
  temperature: optional(z.number()),
  max_tokens: optional(z.number()),
  reasoning_effort: text,
  /** The conversation the job belongs to. Coordinator only. */
  reference_id: text,
  /** Last compaction point of that conversation. Coordinator only. */
  compaction_session_id: text,
  /** Names out of `tools` that the API caller executes itself. Coordinator only; absent in a plain job. */
  caller_tools: optional(z.array(z.string())),
  /** Secrets for the environment of the tools that run in this job. Coordinator only. */
  credentials: optional(z.record(z.string(), z.string())),
})

export type Job = z.output<typeof jobSchema>
/** A job as a router writes it. */
export type SentJob = z.input<typeof jobSchema>
export type JobMessage = z.output<typeof messageSchema>
export type JobContentPart = z.output<typeof contentPartSchema>
export type JobTool = z.output<typeof toolSchema>
export type JobToolCall = z.output<typeof toolCallSchema>

/** A coordinator's job carries at least one of the fields that the public router never sends. */
export function isCoordinatorJob(job: Job): boolean {
  return job.reference_id !== '' || job.compaction_session_id !== '' || job.caller_tools != null
}
