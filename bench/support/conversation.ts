import { randomUUID } from 'node:crypto'
import type { JobToSubmit } from '../../src/dev/dev-router.ts'

type Message = NonNullable<JobToSubmit['messages']>[number]

/** The tool that callers offer in the bench, by their name for it. */
export const toolName = 'look_up'
/** What the model calls it. */
export const modelToolName = `mcp__auxot__${toolName}`

/** The tool as a caller describes it. */
export const toolDescription = {
  name: toolName,
  description: 'Looks a word up.',
  parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
}

const tools = [{ type: 'function', function: toolDescription }]

const system = 'You answer in as few words as possible.'
const filler = 'The quick brown fox jumps over the lazy dog while the band plays on and nobody looks. '.repeat(4)

/** What a caller sends, growing as a real conversation does. No two conversations begin alike, so none goes on in another's process. */
export class Conversation {
  readonly #withTools: boolean
  readonly messages: Message[]

  constructor(options: { readonly withTools?: boolean } = {}) {
    this.#withTools = options.withTools ?? false
    this.messages = [{ role: 'system', content: system }]
  }

  /** Adds so many messages of the past, user and assistant in turn. */
  past(count: number): this {
    for (let index = 0; index < count; index += 2) {
      this.messages.push({ role: 'user', content: `${randomUUID()} Question ${index}. ${filler}` })
      this.messages.push({ role: 'assistant', content: `Answer ${index}. ${filler}` })
    }
    return this
  }

  asks(text = 'What is next?'): this {
    this.messages.push({ role: 'user', content: `${randomUUID()} ${text}` })
    return this
  }

  answered(text: string): this {
    this.messages.push({ role: 'assistant', content: text })
    return this
  }

  /** The model called the tool; the caller ran it. */
  calledTool(id: string, result = 'a word'): this {
    const call = { id, type: 'function', function: { name: toolName, arguments: '{"word":"fox"}' } } as const
    this.messages.push({ role: 'assistant', content: null, tool_calls: [call] })
    this.messages.push({ role: 'tool', tool_call_id: id, content: result })
    return this
  }

  /** The request as it stands. */
  get job(): JobToSubmit {
    return { messages: [...this.messages], ...(this.#withTools && { tools }) }
  }
}
