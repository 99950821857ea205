import { Answer, assistantMessage, type Call } from './answer.ts'
import type { ResultBlock } from './frames.ts'
import type { HistoryMessage } from './turn.ts'

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
  get current(): Pick<Answer, 'text' | 'calls'> | undefined {
    return this.#answers.at(-1)
  }

  startAnswer(): void {
    this.#answers.push(new Answer())
  }

  /** A new block of text begins. */
  startText(): void {
    this.#answers.at(-1)?.startText()
  }

  addText(text: string): void {
    this.#answers.at(-1)?.addText(text)
    if (this.#textBeforeTools !== undefined) this.#textAfterTools += text
  }

  addCall(call: Call): void {
    this.#textBeforeTools ??= this.text
    this.#textAfterTools = ''
    this.#answers.at(-1)?.addCall(call)
  }

  addResult(call: Call, block: ResultBlock): void {
    this.#textAfterTools = ''
    this.#answers.find((answer) => answer.calls.includes(call))?.addResult(call, block)
  }

  /**
   * The turn as it may come back in the caller's history. Nothing where what a process has lived through could not be told
   * from a history. A turn in which tools ran comes back whole from callers that see them run, and short from all others.
   */
  forms(): TurnForms {
    // Between two answers without a tool round, Claude Code has said something of its own.
    const isBroken = this.#answers.slice(0, -1).some((answer) => !answer.hasResults)
    if (isBroken || this.#answers.some((answer) => answer.isUnclear)) return { open: [], short: [] }
    const pending = this.calls.filter((call) => call.result === undefined)
    const short = (text: string) => [assistantMessage(text, pending)]
    if (!this.#answers.some((answer) => answer.hasResults)) return { open: [short(this.text)], short: [] }
    const shorts = [short(this.text), short(this.textBeforeTools + this.textAfterTools)]
    const canShow = this.#answers.every((answer) => answer.isShowable)
    return { open: canShow ? [this.#answers.flatMap((answer) => answer.messages())] : [], short: shorts }
  }
}
