import { z } from 'zod'
import { apiErrors } from './api-errors.ts'
import { Refused } from './refused.ts'

const contentBlock = z.looseObject({ type: z.string() })
const content = z.union([z.string(), z.array(contentBlock)])
const message = z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content })
const tool = z.looseObject({ name: z.string() })

/** The shape of a Messages API request, as far as the echo model reads it. */
const messagesBody = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  system: content.optional(),
  tools: z.array(tool).optional(),
  max_tokens: z.int().positive().optional(),
  stop_sequences: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
})

/** One block of a message: text, image, tool_use, tool_result, thinking, or something newer. */
export type ContentBlock = z.infer<typeof contentBlock>
/** What a message or the system prompt holds. */
export type Content = z.infer<typeof content>
/** One message of a request. */
export type ModelMessage = z.infer<typeof message>
/** A tool as the model is offered it. */
export type ModelTool = z.infer<typeof tool>
/** The body of `POST /v1/messages`, exactly as it came. */
export type MessagesBody = z.infer<typeof messagesBody>

/** The body of a request, not reordered and nothing dropped; refused when its shape is wrong. */
export function parseMessagesBody(text: string): MessagesBody {
  const value = parseJson(text)
  const read = messagesBody.safeParse(value)
  if (read.success) return value as MessagesBody
  const { path = [], message = 'Invalid request' } = read.error.issues[0] ?? {}
  const problem = valueAt(value, path) === undefined ? 'Field required' : message
  throw new Refused(apiErrors.invalidRequest(`${path.join('.') || 'body'}: ${problem}`))
}

/** Content as blocks: a string is one text block. */
export function blocksOf(value: Content | undefined): readonly ContentBlock[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [{ type: 'text', text: value }] : value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refused(apiErrors.invalidRequest('The request body is not valid JSON'))
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], value)
}
