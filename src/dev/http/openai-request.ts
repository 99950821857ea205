import { z } from 'zod'
import { optional } from '../../protocol/lenient.ts'
import type { JobRequest, SentMessage, SentPart, SentTool } from './job-request.ts'

const knownParts = new Set(['text', 'image_url', 'refusal'])

const partSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image_url'), image_url: z.union([z.string(), z.object({ url: z.string() })]) }),
  z
    .object({ type: z.literal('refusal'), refusal: z.string() })
    .transform(({ refusal }) => ({ type: 'text' as const, text: refusal })),
  // Whatever else there is goes on as it came: it is the worker that knows what it can read.
  z.looseObject({ type: z.string().refine((type) => !knownParts.has(type), 'this part has a wrong form') }),
])

const toolCallSchema = z.object({
  id: z.string(),
  type: z.literal('function').default('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: optional(z.union([z.string(), z.array(partSchema)])),
  tool_call_id: optional(z.string()),
  tool_calls: optional(z.array(toolCallSchema)),
})

const toolSchema = z.object({
  type: z.literal('function'),
  function: z.object({ name: z.string().min(1), description: optional(z.string()), parameters: optional(z.unknown()) }),
})

/** The body of `POST /chat/completions`, as far as it reaches a worker or shapes the answer. */
export const openaiRequestSchema = z.object({
  model: optional(z.string()),
  messages: z.array(messageSchema).min(1, 'at least one message is needed'),
  tools: optional(z.array(toolSchema)),
  tool_choice: optional(z.unknown()),
  temperature: optional(z.number()),
  max_tokens: optional(z.number().int().positive()),
  max_completion_tokens: optional(z.number().int().positive()),
  reasoning_effort: optional(z.string()),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  reference_id: optional(z.string()),
  credentials: optional(z.record(z.string(), z.string())),
})

export type OpenaiRequest = z.output<typeof openaiRequestSchema>

/** The request as a job: the wire speaks OpenAI's own form, so that hardly anything changes. */
export function jobFromOpenai(request: OpenaiRequest): JobRequest {
  // The wire has no word for a choice of tools; the one that can be said without it is "none".
  const tools = request.tool_choice === 'none' ? [] : (request.tools ?? [])
  return {
    messages: request.messages.map(messageFrom),
    tools: tools.length > 0 ? tools.map(toolFrom) : undefined,
    temperature: request.temperature ?? undefined,
    max_tokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    reasoning_effort: request.reasoning_effort ?? undefined,
    model: request.model,
    reference_id: request.reference_id,
    credentials: request.credentials,
  }
}

function messageFrom({ role, content, tool_call_id, tool_calls }: OpenaiRequest['messages'][number]): SentMessage {
  return {
    role,
    content: (content ?? null) as string | SentPart[] | null,
    ...(tool_call_id ? { tool_call_id } : {}),
    ...(tool_calls && tool_calls.length > 0 ? { tool_calls } : {}),
  }
}

function toolFrom({ type, function: { name, description, parameters } }: NonNullable<OpenaiRequest['tools']>[number]) {
  const tool: SentTool = {
    type,
    function: { name, ...(description ? { description } : {}), ...(parameters == null ? {} : { parameters }) },
  }
  return tool
}
