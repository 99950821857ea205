import type { EchoModel } from '../../src/dev/echo-model.ts'
import { askBare } from './ask-bare.ts'
import type { BareClaude } from './bare-claude.ts'
import { Conversation } from './conversation.ts'
import { serveJob } from './serve-job.ts'
import { callsTool } from './short-answer.ts'
import { timeNext } from './time-bare.ts'
import { turnFrom } from './turn-from.ts'
import type { WorkerStack } from './worker-stack.ts'

/** Who answers a conversation's requests. */
interface Partner {
  /** Answers the first one; resolves with the name of the session that did, where there is a choice. */
  begin(job: Conversation['job']): Promise<string>
  goOn(job: Conversation['job']): Promise<{ readonly ms: number; readonly session: string }>
}

/** How long it took until the model was asked, and whether by the process that had answered before. */
interface TimedTurn {
  readonly ms: number
  readonly isKept: boolean
}

/** A conversation that goes on: questions which the model answers by calling the caller's tool, and what the tool gave. */
export class Talk {
  readonly #model: EchoModel
  readonly #partner: Partner
  readonly #conversation: Conversation
  #session = ''
  #calls = 0

  /** @param length messages before the first follow-up. */
  constructor(partner: Partner, model: EchoModel, length: number) {
    this.#partner = partner
    this.#model = model
    this.#conversation = new Conversation({ withTools: true }).past(length - 2).asks()
  }

  /** The question before the first one that is timed. */
  async begin(): Promise<void> {
    this.#session = await this.#partner.begin(this.#conversation.job)
    this.#conversation.answered('Yes.')
  }

  /** The next question. */
  followUp(): Promise<TimedTurn> {
    this.#conversation.asks()
    this.#calls += 1
    this.#model.script(callsTool(this.#callId))
    return this.#time()
  }

  /** What the tool gave; the model's answer to it ends in words. */
  async results(): Promise<TimedTurn> {
    this.#conversation.calledTool(this.#callId)
    const timed = await this.#time()
    this.#conversation.answered('Yes.')
    return timed
  }

  get #callId(): string {
    return `toolu_${this.#calls}`
  }

  async #time(): Promise<TimedTurn> {
    const { ms, session } = await this.#partner.goOn(this.#conversation.job)
    return { ms, isKept: session === this.#session }
  }
}

/** The worker, which may answer from any process. */
export function workerPartner({ router }: WorkerStack, model: EchoModel): Partner {
  const ask = async (job: Conversation['job']) => {
    const { toRequestMs: ms, request } = await serveJob(router, model, job)
    // Claude Code names its session with every request.
    return { ms, session: `${request.headers['x-claude-code-session-id']}` }
  }
  return { begin: async (job) => (await ask(job)).session, goOn: ask }
}

/** A process that was started to read its history. */
export function barePartner(claude: BareClaude, model: EchoModel): Partner {
  const begin = async (job: Conversation['job']) => {
    const turn = turnFrom(job)
    await claude.writeHistory(turn.history)
    await askBare(claude, turn, [])
    await model.nextRequest()
    await claude.result()
    return 'bare'
  }
  return { begin, goOn: async (job) => ({ ms: await timeNext(claude, model, job), session: 'bare' }) }
}
