import type { IncomingHttpHeaders } from 'node:http'
import { WaitingQueue } from '../waiting-queue.ts'
import type { MessagesBody } from './messages-body.ts'

/** How the exchange ended: the whole answer was sent, the client left before, or the model broke it off. */
export type Ending = 'answered' | 'client' | 'model'

/** One `POST /v1/messages`, and what became of it. */
export interface EchoRequest {
  /** Exactly as it came. */
  readonly body: MessagesBody
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** `performance.now()` when the body was complete. */
  readonly receivedAtMs: number
  /** `performance.now()` when the first chunk of the answer was handed to the socket. */
  readonly firstChunkAtMs: number | undefined
  /** The client closed the connection before the answer was complete. */
  readonly closedByClient: boolean
  /** Settles when nothing more is sent, and says how it ended. */
  readonly ended: Promise<Ending>
}

/** The request as the model writes it down. */
export class RecordedRequest implements EchoRequest {
  readonly body: MessagesBody
  readonly headers: IncomingHttpHeaders
  readonly receivedAtMs: number
  firstChunkAtMs: number | undefined
  closedByClient = false
  readonly #ended = Promise.withResolvers<Ending>()

  constructor(body: MessagesBody, headers: IncomingHttpHeaders, receivedAtMs: number) {
    this.body = body
    this.headers = headers
    this.receivedAtMs = receivedAtMs
  }

  get ended(): Promise<Ending> {
    return this.#ended.promise
  }

  /** The first ending counts. */
  end(ending: Ending): void {
    this.#ended.resolve(ending)
  }
}

/** Every request in order, and a queue over them for those who take them one by one. */
export class RequestLog {
  readonly #requests: EchoRequest[] = []
  readonly #untaken: WaitingQueue<EchoRequest>
  readonly #keep: number

  /** Keeps the last `keep` requests only. */
  constructor(keep: number) {
    this.#keep = keep
    this.#untaken = new WaitingQueue(keep)
  }

  get requests(): readonly EchoRequest[] {
    return this.#requests
  }

  add(request: EchoRequest): void {
    this.#requests.push(request)
    if (this.#requests.length > this.#keep) this.#requests.shift()
    this.#untaken.push(request)
  }

  /** The next request that was not handed out before. */
  next(limitMs: number): Promise<EchoRequest> {
    return this.#untaken.next(() => true, limitMs, 'a request at the echo model')
  }

  clear(): void {
    this.#requests.length = 0
    this.#untaken.clear()
  }

  /** Fails those who still wait. */
  close(): void {
    this.#untaken.close(new Error('the echo model was stopped'))
  }
}
