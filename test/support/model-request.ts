import { withoutInjectedTexts } from '../../src/dev/echo/injected-texts.ts'
import {
  blocksOf,
  type Content,
  type ContentBlock,
  type MessagesBody,
  type ModelMessage,
  type ModelTool,
} from '../../src/dev/echo/messages-body.ts'

/** A message with its content as blocks. */
export interface PlainMessage {
  readonly role: string
  readonly content: readonly ContentBlock[]
}

/**
 * The conversation as a caller knows it: what Claude Code adds about its surroundings, model and date is taken out, and so
 * are cache markers. Content is always blocks; a tool's result keeps its form, and has no content when nothing is left.
 */
export function conversationOf({ messages }: Pick<MessagesBody, 'messages'>): PlainMessage[] {
  return messages.filter(({ role }) => role !== 'system').map(plainMessage)
}

/** The caller's system prompt: without the lines in which Claude Code names itself. */
export function systemOf({ system }: Pick<MessagesBody, 'system'>): string[] {
  const texts = blocksOf(system).map(({ text }) => String(text))
  return texts.filter((text) => !ownLines.some((start) => text.startsWith(start)))
}

/** The tools as the model was offered them, without cache markers. */
export function toolsOf({ tools = [] }: Pick<MessagesBody, 'tools'>): ModelTool[] {
  return tools.map((tool) => unmarked(tool))
}

const ownLines = ['x-anthropic-billing-header:', "You are a Claude agent, built on Anthropic's Claude Agent SDK."]

function plainMessage({ role, content }: ModelMessage): PlainMessage {
  return {
    role,
    content: blocksOf(content)
      .filter((block) => !isInjected(block))
      .map(plainBlock),
  }
}

function plainBlock(block: ContentBlock): ContentBlock {
  const plain = unmarked(block)
  if (plain.type !== 'tool_result') return plain
  const { content, ...rest } = plain
  const kept = plainResult(content as Content | undefined)
  return kept.length === 0 ? rest : { ...rest, content: kept }
}

function plainResult(content: Content = ''): Content {
  return typeof content === 'string' ? withoutInjectedTexts(content) : plainParts(content)
}

/** A result's parts without the texts that are Claude Code's own. It ends the text before such a part with a line break, which goes too. */
function plainParts(blocks: readonly ContentBlock[]): ContentBlock[] {
  return blocks.flatMap((block, index) => {
    if (isInjected(block)) return []
    const next = blocks[index + 1]
    if (block.type !== 'text' || next === undefined || !isInjected(next)) return [block]
    return [{ ...block, text: String(block.text).replace(/\n$/, '') }]
  })
}

function isInjected({ type, text }: ContentBlock): boolean {
  return type === 'text' && text !== '' && withoutInjectedTexts(String(text)) === ''
}

function unmarked<T extends { readonly [key: string]: unknown }>(marked: T): T {
  const { cache_control: _, ...block } = marked
  return block as unknown as T
}
