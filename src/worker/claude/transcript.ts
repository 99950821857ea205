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
interface Answer {
  text: string
  readonly calls: Call[]
  /** What ran of its calls. */
  readonly results: ToolResultBlock[]
  textFollowsCall: boolean
  /** A result holds what no history can show. */
  holdsUnshown: boolean
}

/** The messages that a turn may have become in the caller's history. */
export interface TurnForms {
  /** They show everything the process has lived through. */
  readonly open: readonly (readonly HistoryMessage[])[]
  /** They leave out tools that ran, and with them what only the process knows. */
  readonly short: readonly (readonly HistoryMessage[])[]
}

/** What the model said and had run in one turn, without its reasoning. */
export class Transcript {
  readonly #answers: Answer[] = []
  #textBeforeTools: string | undefined
  #textAfterTools = ''

  /** Number of answers begun. */
  get answers(): number {
    return this.#answers.length
  }

  get calls(): Call[] {
    return this.#answers.flatMap((answer) => answer.calls)
  }

  get text(): string {
    return this.#answers.map((answer) => answer.text).join('')
  }

  /** Text before the first tool; all of it where there was none. */
  get textBeforeTools(): string {
    return this.#textBeforeTools ?? this.text
  }

  /** Text after the last tool; empty where there was none. */
  get textAfterTools(): string {
    return this.#textAfterTools
  }

  /** The answer that is being written. */
  get current(): Readonly<Answer> | undefined {
    return this.#answers.at(-1)
  }

  startAnswer(): void {
    this.#answers.push({ text: '', calls: [], results: [], textFollowsCall: false, holdsUnshown: false })
  }

  addText(text: string): void {
    const answer = this.#answers.at(-1)
    if (!answer) return
    answer.text += text
    answer.textFollowsCall ||= answer.calls.length > 0
    if (this.#textBeforeTools !== undefined) this.#textAfterTools += text
  }

  addCall(call: Call): void {
    this.#textBeforeTools ??= this.text
    this.#textAfterTools = ''
    this.#answers.at(-1)?.calls.push(call)
  }

  addResult(call: Call, block: ResultBlock): void {
    this.#textAfterTools = ''
    const answer = this.#answers.find((each) => each.calls.includes(call))
    if (!answer) return
    const isError = block.is_error === true && { is_error: true }
    answer.results.push({ type: 'tool_result', tool_use_id: call.id, content: partsOf(block), ...isError })
    answer.holdsUnshown ||= !isShowable(block)
  }

  /**
   * The turn as it may come back in the caller's history. Nothing where what a process has lived through could not be told
   * from a history. A turn in which tools ran comes back whole from callers that see them run, and short from all others.
   */
  forms(): TurnForms {
    // Between two answers without a tool round, Claude Code has said something of its own.
    const lost = this.#answers.slice(0, -1).some(({ results }) => results.length === 0)
    if (lost || this.#answers.some(isUnclear)) return { open: [], short: [] }
    const pending = this.calls.filter((call) => call.result === undefined)
    const short = (text: string) => [assistantMessage(text, pending)]
    if (this.#answers.every((answer) => answer.results.length === 0)) return { open: [short(this.text)], short: [] }
    const shorts = [short(this.text), short(this.textBeforeTools + this.textAfterTools)]
    return { open: this.#answers.every(isWhole) ? [this.#whole()] : [], short: shorts }
  }

  #whole(): HistoryMessage[] {
    return this.#answers.flatMap(({ text, calls, results }): HistoryMessage[] => {
      const answer = assistantMessage(text, calls)
      return results.length === 0 ? [answer] : [answer, { role: 'user', content: results }]
    })
  }
}

/** No history has text after calls, or a call whose arguments are no JSON object. */
function isUnclear({ textFollowsCall, calls }: Answer): boolean {
  return textFollowsCall || calls.some(({ input }) => input === undefined)
}

/** Whether a history can show it: a message after calls holds the results of all of them, and only what a result may hold. */
function isWhole({ calls, results, holdsUnshown }: Answer): boolean {
  return !holdsUnshown && (results.length === 0 || calls.every((call) => call.result !== undefined))
}

/** A message in the shape that a planned history has: its text as one block, if it has any, and then its calls. */
function assistantMessage(text: string, calls: readonly Call[]): HistoryMessage & { role: 'assistant' } {
  const said: AssistantBlock[] = text.trim() === '' ? [] : [{ type: 'text', text }]
  const called = calls.map(({ id, name, input }): ToolUseBlock => ({ type: 'tool_use', id, name, input: input ?? {} }))
  return { role: 'assistant', content: [...said, ...called] }
}

function isShowable({ content = '' }: ResultBlock): boolean {
  return typeof content === 'string' || content.every(({ type }) => type === 'text' || type === 'image')
}

/** A result's parts as a planned history has them: a text is one part, an empty one none. */
function partsOf({ content }: ResultBlock): (TextBlock | ImageBlock)[] {
  if (content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.filter((part) => part.type === 'text' || part.type === 'image') as (TextBlock | ImageBlock)[]
}
