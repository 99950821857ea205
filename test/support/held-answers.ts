import { type EchoModel, Gate, type MessagesBody } from '../../src/dev/echo-model.ts'
import { text } from './job-parts.ts'
import { conversationOf } from './model-request.ts'

/** A model whose answers are held until a test lets them go, each by what was asked. */
export class HeldAnswers {
  readonly #gates = new Map<string, Gate>()
  readonly #model: EchoModel

  constructor(model: EchoModel) {
    this.#model = model
    model.always(({ body }) => {
      const question = questionOf(body)
      return { blocks: [text(this.answerTo(question))], gate: this.#gate(question) }
    })
  }

  /** The whole of it. */
  answerTo(question: string): string {
    return `The whole answer to "${question}"`
  }

  /** How often the model was asked this. */
  timesAsked(question: string): number {
    return this.#model.requests.filter(({ body }) => questionOf(body) === question).length
  }

  /** Resolves when an answer is held. */
  async held(question: string): Promise<void> {
    await this.#gate(question).reached()
  }

  /** Lets the answers to this go, now and later. */
  letGo(question: string): void {
    this.#gate(question).open()
  }

  #gate(question: string): Gate {
    const gate = this.#gates.get(question) ?? new Gate()
    this.#gates.set(question, gate)
    return gate
  }
}

/** What the user said last. */
function questionOf(body: MessagesBody): string {
  const [block] = conversationOf(body).at(-1)?.content ?? []
  return String(block?.text)
}
