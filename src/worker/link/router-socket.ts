import type { WebSocket } from 'ws'
import type { Clock } from '../../shared/clock.ts'
import { dial, type Route } from './dial.ts'
import { Outbox } from './outbox.ts'

/** How a socket ended, as it was seen; what it means is decided elsewhere. */
export interface SocketEnd {
  /** Whether the WebSocket was ever open. */
  readonly wasOpen: boolean
  /** Of the close frame; 1006 where there was none. */
  readonly code: number
  readonly reason: string
  /** The first thing that went wrong. */
  readonly error?: NodeJS.ErrnoException | undefined
  /** What the router answered in place of a WebSocket. */
  readonly answer?: HttpAnswer | undefined
  /** What the proxy answered to CONNECT; absent where it did not answer, or there is none. */
  readonly proxyStatus?: number | undefined
}

/** An HTTP answer that opened no WebSocket. */
export interface HttpAnswer {
  readonly status: number
  readonly location?: string | undefined
}

/** Who hears of a socket. */
export interface SocketListener {
  opened(): void
  frame(text: string): void
  /** The other side showed that it is there: something came from it, or it took something. */
  sign(): void
  /** Exactly once. */
  ended(end: SocketEnd): void
}

/** How long the router may take to answer our close frame. */
const closeLimitMs = 2_000
/** A sender that waits for `drained` keeps about this much in memory. */
const littleBytes = 256 * 1024

/** One WebSocket from its dial to its end. The only file that listens to `ws`. */
export class RouterSocket {
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>
  readonly #clock: Clock
  readonly #listener: SocketListener
  readonly #socket: WebSocket
  readonly #outbox: Outbox
  readonly #dialing = new AbortController()
  #wasOpen = false
  #error: NodeJS.ErrnoException | undefined
  #answer: HttpAnswer | undefined
  #proxyStatus: number | undefined

  constructor(route: Route, listener: SocketListener, clock: Clock) {
    this.#clock = clock
    this.#listener = listener
    const proxyAnswered = (status: number) => {
      this.#proxyStatus = status
    }
    this.#socket = dial(route, { proxyAnswered, signal: this.#dialing.signal })
    this.#outbox = new Outbox(this.#socket, () => listener.sign())
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    this.#listen(resolve)
  }

  /** Bytes not yet written. */
  get bufferedAmount(): number {
    return this.#outbox.bufferedAmount
  }

  send(text: string): void {
    this.#outbox.push(text)
  }

  /** Resolves when little is left to write, or nothing more can be. */
  drained(signal?: AbortSignal): Promise<void> {
    return this.#outbox.settled(littleBytes, signal)
  }

  /** Writes everything, says goodbye and gives the router two seconds to answer. */
  async close(code: number): Promise<void> {
    if (!this.#wasOpen) this.terminate()
    await this.#outbox.settled(0)
    this.#socket.close(code)
    using _limit = this.#clock.timer(closeLimitMs, () => this.#socket.terminate())
    await this.closed
  }

  /** Ends the socket now, whatever is under way. */
  terminate(): void {
    this.#socket.terminate()
    // A dial that is given up would leave its socket to the proxy open until the proxy answers.
    if (!this.#wasOpen) this.#dialing.abort()
  }

  #listen(resolveClosed: () => void): void {
    this.#socket.on('open', () => this.#socketOnOpen())
    this.#socket.on('message', (data) => this.#listener.frame(data.toString()))
    // Every byte shows life, not only whole frames: a job full of pictures may take longer to arrive than silence may last.
    this.#socket.on('upgrade', ({ socket }) => socket.on('data', () => this.#listener.sign()))
    this.#socket.on('unexpected-response', (_request, response) => {
      this.#answer = { status: response.statusCode ?? 0, location: response.headers.location }
      this.#socket.terminate()
    })
    this.#socket.on('error', (error) => {
      this.#error ??= error
    })
    this.#socket.on('close', (code, reason) => {
      resolveClosed()
      this.#socketOnClose(code, reason.toString())
    })
  }

  #socketOnOpen(): void {
    this.#wasOpen = true
    this.#listener.opened()
  }

  #socketOnClose(code: number, reason: string): void {
    this.#outbox.end()
    this.#listener.ended({
      wasOpen: this.#wasOpen,
      code,
      reason,
      error: this.#error,
      answer: this.#answer,
      proxyStatus: this.#proxyStatus,
    })
  }
}
