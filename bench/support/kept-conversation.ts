import type { DevRouter } from '../../src/dev/dev-router.ts'
import type { EchoModel, EchoRequest } from '../../src/dev/echo-model.ts'
import { askBare } from './ask-bare.ts'
import type { BareClaude } from './bare-claude.ts'
import { Conversation } from './conversation.ts'
import { serveJob } from './serve-job.ts'
import { callsTool } from './short-answer.ts'
import { timeNext } from './time-bare.ts'
import { turnFrom } from './turn-from.ts'

interface NextTurn {
  readonly bareMs: number
  readonly workerMs: number
  /** The worker went on in the process that answered before. */
  readonly isKept: boolean
}

const callId = 'toolu_asked'

/** One conversation, led twice: through the worker, and with a process of its own that is driven bare. */
export class KeptConversation {
  /** Messages before the follow-up. */
  readonly length: number
  readonly #model: EchoModel
  readonly #router: DevRouter
  readonly #claude: BareClaude
  readonly #through: Conversation
  readonly #bare: Conversation
  #session = ''

  constructor(options: { length: number; model: EchoModel; router: DevRouter; claude: BareClaude }) {
    const { length, model, router, claude } = options
    this.length = length
    this.#model = model
    this.#router = router
    this.#claude = claude
    this.#through = new Conversation({ withTools: true }).past(length - 2).asks()
    this.#bare = new Conversation({ withTools: true }).past(length - 2).asks()
  }

  /** The question before the one that is timed. */
  async begin(): Promise<void> {
    const turn = turnFrom(this.#bare.job)
    await this.#claude.writeHistory(turn.history)
    await askBare(this.#claude, turn, [])
    await this.#model.nextRequest()
    await this.#claude.result()
    const { request } = await serveJob(this.#router, this.#model, this.#through.job)
    this.#session = sessionOf(request)
    for (const conversation of this.#both) conversation.answered('Yes.')
  }

  /** The next question, which the model answers by calling the caller's tool. */
  readonly followUp = (): Promise<NextTurn> => {
    for (const conversation of this.#both) conversation.asks()
    this.#model.script(callsTool(callId), callsTool(callId))
    return this.#time()
  }

  /** What the tool gave. */
  readonly results = (): Promise<NextTurn> => {
    for (const conversation of this.#both) conversation.calledTool(callId)
    return this.#time()
  }

  get #both(): readonly Conversation[] {
    return [this.#through, this.#bare]
  }

  async #time(): Promise<NextTurn> {
    const bareMs = await timeNext(this.#claude, this.#model, this.#bare.job)
    const { request, toRequestMs } = await serveJob(this.#router, this.#model, this.#through.job)
    return { bareMs, workerMs: toRequestMs, isKept: sessionOf(request) === this.#session }
  }
}

/** Claude Code names its session with every request. */
function sessionOf({ headers }: EchoRequest): string {
  return `${headers['x-claude-code-session-id']}`
}
