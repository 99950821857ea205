import type { JobContentPart, JobMessage } from '../../protocol/job.ts'
import type { ImageBlock, TextBlock } from '../claude/turn.ts'
import { InvalidJobError } from './invalid-job.ts'
import { planImage } from './plan-images.ts'

/** What a user or a tool can say. */
export type ContentBlock = TextBlock | ImageBlock

/** What a message says, whether it came as a string or as parts. The model's service refuses blank texts: they are left out. */
export function planContent({ content }: JobMessage, place: string): ContentBlock[] {
  const parts: readonly JobContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return parts.map((part) => blockFrom(part, place)).filter((block) => block.type === 'image' || !isBlank(block.text))
}

/** The same for messages of a role that can say text only. */
export function planText(message: JobMessage, place: string): TextBlock[] {
  return planContent(message, place).map((block) => {
    if (block.type === 'text') return block
    throw new InvalidJobError(`${place}: a message of the role "${message.role}" can hold text only, not an image.`)
  })
}

/** Nothing but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === ''
}

function blockFrom(part: JobContentPart, place: string): ContentBlock {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image_url':
      return planImage(part.url, place)
    case 'unknown':
      throw new InvalidJobError(`${place}: ${whyUnknown(part.of)} Send "text" and "image_url" parts.`)
  }
}

/** A part of a known type is unknown to the protocol only where it lacks what it is made of. */
function whyUnknown(type: string): string {
  const named = JSON.stringify(type.slice(0, 60))
  const isKnown = type === 'text' || type === 'image_url'
  return isKnown
    ? `a content part of type ${named} is incomplete.`
    : `content parts of type ${named} are not supported.`
}
