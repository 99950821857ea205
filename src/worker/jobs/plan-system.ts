import type { JobMessage } from '../../protocol/job.ts'
import type { TextBlock } from '../claude/turn.ts'
import { planText } from './plan-content.ts'

/** A message and where in the job it stands, for the sentences that refuse it. */
export interface PlacedMessage {
  readonly message: JobMessage
  readonly place: string
}

/** The system prompt (what stands at the front) and everything from the first message of another role on. */
export interface SplitMessages {
  readonly system: string
  readonly conversation: readonly PlacedMessage[]
}

/** Takes the system messages off the front; a blank line stands between their texts. */
export function splitSystem(messages: readonly JobMessage[]): SplitMessages {
  const placed = messages.map((message, index) => ({ message, place: `messages[${index}]` }))
  const end = placed.findIndex(({ message }) => !isSystem(message))
  const front = end === -1 ? placed : placed.slice(0, end)
  return { system: front.map(systemText).filter(Boolean).join('\n\n'), conversation: placed.slice(front.length) }
}

/** `developer` is the newer word for `system`. */
export function isSystem({ role }: JobMessage): boolean {
  return role === 'system' || role === 'developer'
}

/** A system message that comes later keeps its place: it is said where it stands, marked as what it is. */
export function laterSystemBlocks(placed: PlacedMessage): TextBlock[] {
  const text = systemText(placed)
  return text === '' ? [] : [{ type: 'text', text: `<system_message>\n${text}\n</system_message>` }]
}

function systemText({ message, place }: PlacedMessage): string {
  return planText(message, place)
    .map((block) => block.text)
    .join('\n\n')
}
