import type { ServerResponse } from 'node:http'
import { messageOf } from '../../shared/errors.ts'
import { apiErrors } from './api-errors.ts'
import type { ApiError } from './reply.ts'
import type { Ending, RecordedRequest } from './request-log.ts'
import { sendError, sendJson } from './send-json.ts'

type Headers = Readonly<Record<string, string>>

/** One request and the connection its answer goes over. Ends once: answered, left by the client, or broken off by the model. */
export class Exchange {
  readonly request: RecordedRequest
  /** Aborted when nothing can be sent any more. */
  readonly signal: AbortSignal
  readonly #response: ServerResponse
  readonly #over = new AbortController()

  /** Is reset when `stopping` aborts. */
  constructor(request: RecordedRequest, response: ServerResponse, stopping: AbortSignal) {
    this.request = request
    this.signal = this.#over.signal
    this.#response = response
    response.once('close', () => this.#responseOnClose())
    stopping.addEventListener('abort', () => this.reset(), { signal: this.signal })
  }

  begin(headers: Headers): void {
    this.signal.throwIfAborted()
    this.#response.writeHead(200, headers)
    this.#response.flushHeaders()
  }

  /** Resolves when the socket can take more. */
  async write(text: string): Promise<void> {
    this.signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Its own callback: Node does not always follow a write that was too much at once by `drain`.
    if (this.#response.write(text, () => resolve())) return
    const signalOnAbort = () => reject(this.signal.reason)
    this.signal.addEventListener('abort', signalOnAbort)
    await promise.finally(() => this.signal.removeEventListener('abort', signalOnAbort))
  }

  sendJson(document: unknown, headers: Headers = {}): void {
    this.signal.throwIfAborted()
    sendJson(this.#response, document, headers)
  }

  sendError(reply: ApiError): void {
    this.signal.throwIfAborted()
    sendError(this.#response, reply)
  }

  finish(text?: string): void {
    this.#response.end(text)
  }

  /** Closes the connection in the middle of the answer, after what was written has left. */
  cut(): void {
    this.#stop('model')
    const { socket } = this.#response
    socket?.end(() => socket.destroy())
  }

  /** Closes the connection with a reset, as a crashed server does. */
  reset(): void {
    this.#stop('model')
    this.#response.socket?.resetAndDestroy()
  }

  /** Ends with a failure of the model itself, a scripted function's included: whoever asked must see it. */
  fail(error: unknown): void {
    if (this.#response.headersSent) this.cut()
    else this.sendError(apiErrors.internal(`The echo model failed: ${messageOf(error)}`))
  }

  #responseOnClose(): void {
    const isAnswered = this.#response.writableFinished
    if (!isAnswered && !this.signal.aborted) this.request.closedByClient = true
    this.#stop(isAnswered ? 'answered' : 'client')
  }

  #stop(ending: Ending): void {
    this.request.end(ending)
    this.#over.abort(new Error(`the exchange is over: ${ending}`))
  }
}
