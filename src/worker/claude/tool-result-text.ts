import type { LiveToolResult } from './claude-event.ts'
import type { ResultBlock } from './frames.ts'

/** A tool's result as text; what is no text is named by its kind. */
export function textOfResult(block: ResultBlock): string {
  const { content } = block
  if (content === undefined) return ''
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? (part.text ?? '') : `[${part.type}]`)).join('\n')
}

/** What a live tool said, as text; its images are named by their kind. */
export function textOfLiveResult({ content, images }: LiveToolResult): string {
  return [...(content === '' ? [] : [content]), ...images.map(() => '[image]')].join('\n')
}
