import { z } from 'zod'
import { optional } from '../../protocol/lenient.ts'

const textBlock = z.object({ type: z.literal('text'), text: z.string() })

const imageBlock = z.object({
  type: z.literal('image'),
  source: z.union([
    z.object({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
    z.object({ type: z.literal('url'), url: z.string() }),
  ]),
})

/** A plain text document; other kinds go on as they came. */
const documentBlock = z.object({
  type: z.literal('document'),
  source: z.object({ type: z.literal('text'), data: z.string() }),
})

const toolUseBlock = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
})

const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: optional(z.union([z.string(), z.array(z.lazy(() => contentBlock))])),
  is_error: optional(z.boolean()),
})

/** The model's own thoughts, which the wire cannot carry back to it. */
const thoughtBlock = z.object({ type: z.enum(['thinking', 'redacted_thinking']) })

const checkedTypes = new Set(['text', 'image', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking'])
const otherBlock = z.looseObject({
  type: z.string().refine((type) => !checkedTypes.has(type), 'this block has a wrong form'),
})

const contentBlock = z.union([textBlock, imageBlock, documentBlock, otherBlock])
const messageBlock = z.union([
  textBlock,
  imageBlock,
  documentBlock,
  toolUseBlock,
  toolResultBlock,
  thoughtBlock,
  otherBlock,
])

const messageSchema = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(messageBlock)]),
})

const toolSchema = z.object({
  // Server tools have other types; nobody here could run them.
  type: optional(z.literal('custom')),
  name: z.string().min(1),
  description: optional(z.string()),
  input_schema: z.unknown(),
})

/** The body of `POST /v1/messages/count_tokens`. */
export const countTokensSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1, 'at least one message is needed'),
  system: optional(z.union([z.string(), z.array(textBlock)])),
  tools: optional(z.array(toolSchema)),
  tool_choice: optional(z.looseObject({ type: z.string() })),
  thinking: optional(z.looseObject({ type: z.enum(['enabled', 'disabled', 'adaptive']) })),
  output_config: optional(z.looseObject({ effort: optional(z.string()) })),
})

/** The body of `POST /v1/messages`, as far as it reaches a worker or shapes the answer. */
export const messagesSchema = countTokensSchema.extend({
  max_tokens: z.number().int().positive(),
  temperature: optional(z.number()),
  stream: optional(z.boolean()),
  // Later turns of a conversation that the service keeps come without their beginning.
  thread: optional(
    z.never('conversations are not kept here: send all messages each time (a tool runner does with `thread: false`)'),
  ),
  reference_id: optional(z.string()),
  credentials: optional(z.record(z.string(), z.string())),
})

export type CountTokensRequest = z.output<typeof countTokensSchema>
export type MessagesRequest = z.output<typeof messagesSchema>
export type AnthropicMessage = CountTokensRequest['messages'][number]
export type MessageBlock = Exclude<AnthropicMessage['content'], string>[number]
export type ContentBlock = z.output<typeof contentBlock>
export type ToolUseBlock = z.output<typeof toolUseBlock>
export type ToolResultBlock = z.output<typeof toolResultBlock>
