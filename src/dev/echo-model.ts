import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../shared/clock.ts'
import { messageOf, UsageError } from '../shared/errors.ts'
import { type AnswerContext, answerRequest } from './echo/answer-request.ts'
import type { TokenRule } from './echo/check-token.ts'
import { PromptCache } from './echo/prompt-cache.ts'
import type { ReplySource } from './echo/reply.ts'
import { ReplyScript } from './echo/reply-script.ts'
import { type EchoRequest, RequestLog } from './echo/request-log.ts'

export { apiErrors } from './echo/api-errors.ts'
export { Gate } from './echo/gate.ts'
export type * from './echo/messages-body.ts'
export { rateLimitHeaders } from './echo/rate-limit-headers.ts'
export type * from './echo/reply.ts'
export type { EchoRequest } from './echo/request-log.ts'

/** How an echo model behaves; everything has a default. */
export interface EchoModelOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Loopback unless told otherwise; containers reach this host at another of its addresses. */
  readonly host?: string
  /** Between two words of the default answer, for people who watch. */
  readonly tokenDelayMs?: number
  /** Which keys and tokens are accepted; any by default. Others are answered 401. */
  readonly acceptToken?: TokenRule
  /** Whether requests that the real API would refuse are refused; yes by default. */
  readonly validate?: boolean
  /** How many requests are remembered; all by default, which is for tests. */
  readonly keepRequests?: number
  readonly clock?: Clock
}

// Claude Code comes back on the same connection after minutes; the real API keeps it as well.
const keepAliveMs = 600_000

/** An Anthropic Messages API on loopback that says what it is told to say, and writes down what it was asked. */
export class EchoModel implements AsyncDisposable {
  readonly #server: Server
  readonly #context: AnswerContext
  readonly #stopping = new AbortController()
  #url = ''

  private constructor(options: EchoModelOptions) {
    this.#context = {
      acceptToken: options.acceptToken,
      validate: options.validate ?? true,
      clock: options.clock ?? systemClock,
      cache: new PromptCache(),
      log: new RequestLog(options.keepRequests ?? Number.POSITIVE_INFINITY),
      script: new ReplyScript(options.tokenDelayMs ?? 0),
      stopping: this.#stopping.signal,
    }
    this.#server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
      void answerRequest(request, response, this.#context)
    })
  }

  /** Resolves when the model listens. */
  static async start(options: EchoModelOptions = {}): Promise<EchoModel> {
    const model = new EchoModel(options)
    await listen(model.#server, options)
    model.#url = `http://127.0.0.1:${(model.#server.address() as AddressInfo).port}`
    return model
  }

  /** What ANTHROPIC_BASE_URL is set to. */
  get url(): string {
    return this.#url
  }

  /** Every `POST /v1/messages` in order, refused ones included. */
  get requests(): readonly EchoRequest[] {
    return this.#context.log.requests
  }

  /** The next request that was not handed out before; waits for it. */
  nextRequest(limitMs = 60_000): Promise<EchoRequest> {
    return this.#context.log.next(limitMs)
  }

  /** Answers the coming requests with these, one each. */
  script(...replies: ReplySource[]): void {
    this.#context.script.push(replies)
  }

  /** Answers with this whenever nothing is scripted, instead of the echo. */
  always(reply: ReplySource): void {
    this.#context.script.always(reply)
  }

  /** Forgets the script, the requests and the prompt cache; answers that are under way go on. */
  reset(): void {
    this.#context.script.clear()
    this.#context.log.clear()
    this.#context.cache.clear()
  }

  /** Breaks off whatever is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    this.#context.log.close()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#stopping.abort(new Error('the echo model was stopped'))
    this.#server.closeAllConnections()
    await promise
  }
}

/** Starts an echo model on loopback; dispose of it to stop it. */
export function startEchoModel(options?: EchoModelOptions): Promise<EchoModel> {
  return EchoModel.start(options)
}

async function listen(server: Server, { host = '127.0.0.1', port = 0 }: EchoModelOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  try {
    await promise
  } catch (cause) {
    const hint = 'Choose another port, or none for any free one.'
    throw new UsageError(`The echo model cannot listen on ${host}:${port}: ${messageOf(cause)}.`, { hint, cause })
  }
}
