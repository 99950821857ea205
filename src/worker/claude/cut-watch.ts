import type { Answer } from './answer.ts'

/**
 * Watches a turn for the moment at which its process has to be stopped: everything was said that was asked for, and Claude Code
 * is about to ask the model again by itself.
 */
export class CutWatch {
  #isHeld = false
  #answerDone = true
  mustCut = false

  answerBegan(): void {
    this.#answerDone = false
  }

  /** The answer is about to end. `stopReason` is as the model service said it; '' where an error ends it, which comes with the result. */
  answerStops(stopReason: string, answer: Pick<Answer, 'text' | 'calls'> | undefined): void {
    this.mustCut = stopReason !== '' && goesOnAlone(stopReason, answer)
  }

  answerEnded(): void {
    this.#answerDone = true
    this.mustCut ||= this.#isHeld
  }

  /** Claude Code executes a returned call although it was told not to: once its answer is complete, the turn is over. */
  holdCall(): void {
    this.#isHeld = true
    this.mustCut ||= this.#answerDone
  }
}

/**
 * Claude Code answers a cut-off or an empty reply with a message of its own and asks again, up to three times.
 * A complete tool call keeps it from doing so.
 */
function goesOnAlone(stopReason: string, answer: Pick<Answer, 'text' | 'calls'> | undefined): boolean {
  const { text = '', calls = [] } = answer ?? {}
  const isCutOff = stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded'
  if (isCutOff) return calls.length === 0 || calls.some((call) => call.input === undefined)
  const isEmpty = text.trim() === '' && calls.length === 0
  return isEmpty && stopReason !== 'refusal' && stopReason !== 'pause_turn'
}
