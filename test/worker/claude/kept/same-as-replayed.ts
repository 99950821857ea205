import { blocksOf, type ContentBlock, type MessagesBody } from '../../../../src/dev/echo/messages-body.ts'
import { conversationOf, type PlainMessage } from '../../../support/model-request.ts'

/** One way in which what a kept process asks differs from what is asked after a replay. */
interface Difference {
  /** What differs, to be looked at. */
  readonly shows: (body: MessagesBody) => unknown
  /** The request without it. */
  readonly without: (body: MessagesBody) => MessagesBody
}

/** Every one of them; `fingerprint.ts` tells them in words. */
export const differences: Readonly<Record<string, Difference>> = {
  'the name of the process': {
    shows: ({ metadata }) => metadata,
    without: ({ metadata: _, ...body }) => body,
  },
  'where cache markers stand': {
    shows: ({ messages }) => placesOf(messages, (value) => 'cache_control' in value),
    without: unmarked,
  },
  "where Claude Code's own texts stand, and the folder that they name": {
    shows: ({ messages }) => placesOf(messages, ({ text, content }) => isOwnText(text ?? content)),
    without: (body) => ({ ...body, messages: conversationOf(body) as MessagesBody['messages'] }),
  },
  'reasoning of earlier answers': {
    shows: ({ messages }) => placesOf(messages, ({ type }) => type === 'thinking'),
    without: (body) => changed(body, (blocks) => blocks.filter(({ type }) => type !== 'thinking')),
  },
  'into which blocks an earlier answer is cut': {
    shows: ({ messages }) => {
      const answers = messages.filter(({ role }) => role === 'assistant')
      return answers.map(({ content }) => blocksOf(content).filter(({ type }) => type === 'text').length)
    },
    without: (body) => changed(body, joined),
  },
}

/** What is left of a request: everything that a caller has said, or can see, or has a say in. */
export function whatCounts(body: MessagesBody): MessagesBody {
  return Object.values(differences).reduce((rest, { without }) => without(rest), body)
}

function isOwnText(value: unknown): boolean {
  return typeof value === 'string' && /# Environment\n|You are powered by|Today's date is/.test(value)
}

/** The paths of everything in a value that fits. */
function placesOf(value: unknown, fits: (value: Record<string, unknown>) => boolean, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = fits(value as Record<string, unknown>) ? [path] : []
  return [...own, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, fits, `${path}/${key}`))]
}

function unmarked<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    const { cache_control: _, ...rest } = member as Record<string, unknown>
    return rest
  }) as T
}

/** The body with other blocks in the assistant's messages. */
function changed(
  body: MessagesBody,
  change: (blocks: readonly ContentBlock[]) => readonly ContentBlock[],
): MessagesBody {
  const messages = body.messages.map((message): PlainMessage | typeof message =>
    message.role === 'assistant' ? { role: 'assistant', content: change(blocksOf(message.content)) } : message,
  )
  return { ...body, messages: messages as MessagesBody['messages'] }
}

/** One text, if there is any, before everything else: the order that answers have. */
function joined(blocks: readonly ContentBlock[]): readonly ContentBlock[] {
  const text = blocks.map((block) => (block.type === 'text' ? String(block.text) : '')).join('')
  const others = blocks.filter(({ type }) => type !== 'text')
  return text === '' ? others : [{ type: 'text', text }, ...others]
}
