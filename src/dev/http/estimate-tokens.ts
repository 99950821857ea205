import type { SentMessage, SentTool } from './job-request.ts'

const charactersPerToken = 4
const tokensPerMessage = 4
const tokensPerImage = 1_600

/** About how many tokens a prompt has. The router has no tokenizer; this is what the public one does, too. */
export function estimateTokens({
  messages,
  tools = [],
}: {
  messages: SentMessage[]
  tools?: SentTool[] | undefined
}): number {
  const characters = messages.reduce((sum, message) => sum + textLength(message), JSON.stringify(tools).length)
  const images = messages.flatMap(partsOf).filter(({ type }) => type === 'image_url').length
  return Math.ceil(characters / charactersPerToken) + messages.length * tokensPerMessage + images * tokensPerImage
}

function textLength(message: SentMessage): number {
  const parts = partsOf(message).reduce((sum, part) => sum + ('text' in part ? (part.text?.length ?? 0) : 0), 0)
  const plain = typeof message.content === 'string' ? message.content.length : 0
  return plain + parts + JSON.stringify(message.tool_calls ?? '').length
}

function partsOf({ content }: SentMessage) {
  return Array.isArray(content) ? content : []
}
