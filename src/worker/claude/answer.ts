import type { ResultBlock } from './frames.ts'
import type {
  AssistantBlock,
  HistoryMessage,
  ImageBlock,
  JsonObject,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
} from './turn.ts'

/** A tool call while and after it is written. */
export interface Call {
  readonly id: string
  /** As the model wrote it. */
  readonly name: string
  /** Undefined until its arguments are complete, and for ever where they are no JSON object. */
  input: JsonObject | undefined
  /** Undefined until it has run; for a call that the caller runs, for ever. */
  result: string | undefined
}

/** One answer of the model; a turn has one for each tool round. */
export class Answer {
  /** The text, block by block. */
  readonly #texts: string[] = []
  readonly #calls: Call[] = []
  /** What ran of its calls. */
  readonly #results: ToolResultBlock[] = []
  #textFollowsCall = false
  #holdsUnshown = false

  get text(): string {
    return this.#texts.join('')
  }

  get calls(): readonly Call[] {
    return this.#calls
  }

  get hasResults(): boolean {
    return this.#results.length > 0
  }

  /** Nobody could tell from a history that this was lived through. */
  get isUnclear(): boolean {
    const isBroken = this.#calls.some(({ input }) => input === undefined)
    // Telling the model again what it said, Claude Code leaves out a block that is blank.
    const losesText = this.#texts.length > 1 && this.#texts.some((text) => text !== '' && text.trim() === '')
    return this.#textFollowsCall || isBroken || losesText
  }

  /** A history can show it: the message after calls holds the results of all of them, and only what a result may hold. */
  get isShowable(): boolean {
    return !this.#holdsUnshown && (!this.hasResults || this.#calls.every((call) => call.result !== undefined))
  }

  startText(): void {
    this.#texts.push('')
  }

  addText(text: string): void {
    this.#texts.push((this.#texts.pop() ?? '') + text)
    this.#textFollowsCall ||= this.#calls.length > 0
  }

  addCall(call: Call): void {
    this.#calls.push(call)
  }

  addResult(call: Call, block: ResultBlock): void {
    const isError = block.is_error === true && { is_error: true }
    this.#results.push({ type: 'tool_result', tool_use_id: call.id, content: partsOf(block), ...isError })
    this.#holdsUnshown ||= !holdsKnownParts(block)
  }

  /** The answer in a history, with the message of the results where tools ran. */
  messages(): HistoryMessage[] {
    const said = assistantMessage(this.text, this.#calls)
    return this.hasResults ? [said, { role: 'user', content: this.#results }] : [said]
  }
}

/** A message in the shape that a planned history has: its text as one block, if it has any, and then its calls. */
export function assistantMessage(text: string, calls: readonly Call[]): HistoryMessage & { role: 'assistant' } {
  const said: AssistantBlock[] = text.trim() === '' ? [] : [{ type: 'text', text }]
  const called = calls.map(({ id, name, input }): ToolUseBlock => ({ type: 'tool_use', id, name, input: input ?? {} }))
  return { role: 'assistant', content: [...said, ...called] }
}

function holdsKnownParts({ content = '' }: ResultBlock): boolean {
  return typeof content === 'string' || content.every(({ type }) => type === 'text' || type === 'image')
}

/** A result's parts as a planned history has them: a text is one part, an empty one none. */
function partsOf({ content }: ResultBlock): (TextBlock | ImageBlock)[] {
  if (content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.filter((part) => part.type === 'text' || part.type === 'image') as (TextBlock | ImageBlock)[]
}
