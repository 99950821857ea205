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
    this.#answers.push({ text: '', calls: [], results: [], textFollowsCall: false })
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
    const answer = this.#answers.find((each) => each.calls.includes(call))
    answer?.results.push({ type: 'tool_result', tool_use_id: call.id, content: partsOf(block) })
    this.#textAfterTools = ''
  }

  /**
   * The turn as it may come back in the caller's history. Nothing where what a process has lived through could not be told
   * from a history. A turn in which tools ran comes back whole from callers that see them run, and short from all others.
   */
  forms(): TurnForms {
    if (
      this.#answers.some((answer) => answer.textFollowsCall || answer.calls.some(({ input }) => input === undefined))
    ) {
      return { open: [], short: [] }
    }
    const pending = this.calls.filter((call) => call.result === undefined)
    const short = (text: string) => [assistantMessage(text, pending)]
    if (this.#answers.every((answer) => answer.results.length === 0)) return { open: [short(this.text)], short: [] }
    return {
      open: pending.length > 0 ? [] : [this.#whole()],
      short: [short(this.text), short(this.textBeforeTools + this.textAfterTools)],
    }
  }

  #whole(): HistoryMessage[] {
    return this.#answers.flatMap(({ text, calls, results }): HistoryMessage[] => {
      const answer = assistantMessage(text, calls)
      return results.length === 0 ? [answer] : [answer, { role: 'user', content: results }]
    })
  }
}

/** A message in the shape that a planned history has: its text as one block, if it has any, and then its calls. */
function assistantMessage(text: string, calls: readonly Call[]): HistoryMessage & { role: 'assistant' } {
  const said: AssistantBlock[] = text.trim() === '' ? [] : [{ type: 'text', text }]
  const called = calls.map(({ id, name, input }): ToolUseBlock => ({ type: 'tool_use', id, name, input: input ?? {} }))
  return { role: 'assistant', content: [...said, ...called] }
}

/** A result's parts as a planned history has them: a text is one part, an empty one none. */
function partsOf({ content }: ResultBlock): (TextBlock | ImageBlock)[] {
  if (content === undefined || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.filter((part) => part.type === 'text' || part.type === 'image') as (TextBlock | ImageBlock)[]
}
