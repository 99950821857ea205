import { apiErrors } from './api-errors.ts'
import { checkToolRounds } from './check-tool-rounds.ts'
import { blocksOf, type ContentBlock, type MessagesBody, type ModelMessage, type ModelTool } from './messages-body.ts'
import { Refused } from './refused.ts'

const toolName = /^[a-zA-Z0-9_-]{1,128}$/
const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']
const mostCacheMarkers = 4

/** Refuses what the real API refuses and a mistake of ours could send. */
export function checkRequest(body: MessagesBody): void {
  if (body.max_tokens === undefined) refuse('max_tokens: Field required')
  checkThinkingBudget(body)
  checkTools(body.tools ?? [])
  for (const block of blocksOf(body.system)) checkText('system', block)
  checkMessages(body.messages)
  checkToolRounds(body.messages)
  checkCacheMarkers(body)
}

function checkThinkingBudget({ thinking, max_tokens: limit = 0 }: MessagesBody): void {
  const budget = (thinking as { budget_tokens?: unknown } | undefined)?.budget_tokens
  if (typeof budget === 'number' && budget >= limit)
    refuse('`max_tokens` must be greater than `thinking.budget_tokens`.')
}

function checkTools(tools: readonly ModelTool[]): void {
  for (const [index, tool] of tools.entries()) {
    if (!toolName.test(tool.name))
      refuse(`tools.${index}.custom.name: String should match pattern '${toolName.source}'`)
    // Tools of the API itself have a type and no schema.
    if (typeof tool.type === 'string' && tool.type !== 'custom') continue
    const schema = tool.input_schema as { type?: unknown } | undefined
    if (schema === undefined) refuse(`tools.${index}.custom.input_schema: Field required`)
    if (schema.type === undefined) refuse(`tools.${index}.custom.input_schema.type: Field required`)
    if (schema.type !== 'object') refuse(`tools.${index}.custom.input_schema.type: Input should be 'object'`)
  }
  if (new Set(tools.map(({ name }) => name)).size < tools.length) refuse('tools: Tool names must be unique.')
}

function checkMessages(messages: readonly ModelMessage[]): void {
  if (messages.length === 0) refuse('messages: at least one message is required')
  if (messages[0]?.role !== 'user') refuse('messages: first message must use the "user" role')
  // Claude Code never writes the beginning of an answer itself, and newer models refuse it.
  const last = messages.findLast(({ role }) => role !== 'system')
  if (last?.role !== 'user') {
    refuse('This model does not support assistant message prefill. The conversation must end with a user message.')
  }
  for (const [index, message] of messages.entries()) checkMessage(`messages.${index}`, message)
}

function checkMessage(path: string, { role, content }: ModelMessage): void {
  // Claude Code marks a place in the conversation with an empty system message.
  if (content.length === 0 && role === 'system') return
  if (content.length === 0) {
    refuse(`${path}: all messages must have non-empty content except for the optional final assistant message`)
  }
  for (const [index, block] of blocksOf(content).entries()) checkBlock(`${path}.content.${index}`, block)
}

function checkBlock(path: string, block: ContentBlock): void {
  checkText('messages', block)
  if (block.type === 'image') checkImage(path, block)
  if (block.type === 'thinking' && !block.signature) refuse(`${path}.thinking.signature: Field required`)
  if (block.type === 'tool_result') {
    for (const [index, inner] of blocksOf(block.content as string | undefined).entries()) {
      if (inner.type === 'image') checkImage(`${path}.tool_result.content.${index}`, inner)
    }
  }
}

function checkText(where: string, { type, text }: ContentBlock): void {
  if (type !== 'text') return
  if (!text) refuse(`${where}: text content blocks must be non-empty`)
  if (!String(text).trim()) refuse(`${where}: text content blocks must contain non-whitespace text`)
}

function checkImage(path: string, { source }: ContentBlock): void {
  const { type, media_type, data } = (source ?? {}) as { type?: unknown; media_type?: unknown; data?: unknown }
  if (type !== 'base64') return
  if (!imageTypes.includes(String(media_type))) {
    refuse(
      `${path}.image.source.base64.media_type: Input should be ${imageTypes.map((name) => `'${name}'`).join(', ')}`,
    )
  }
  if (!data) refuse(`${path}.image.source.base64: image cannot be empty`)
}

function checkCacheMarkers({ system, tools, messages }: MessagesBody): void {
  const blocks = [...(tools ?? []), ...blocksOf(system), ...messages.flatMap(({ content }) => blocksOf(content))]
  const found = blocks.filter((block) => block.cache_control !== undefined && block.cache_control !== null).length
  if (found <= mostCacheMarkers) return
  refuse(`A maximum of ${mostCacheMarkers} blocks with cache_control may be provided. Found ${found}.`)
}

function refuse(message: string): never {
  throw new Refused(apiErrors.invalidRequest(message))
}
