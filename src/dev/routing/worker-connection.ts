import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { encodeRouterMessage } from '../../protocol/codec.ts'
import type { SentRouterMessage } from '../../protocol/router-messages.ts'
import type { ReceivedCapabilities } from '../../protocol/worker-messages.ts'
import type { JobTaker } from './open-job.ts'

/**
 * How far a worker's connection has come.
 *
 *   new --hello--> greeted --hello_ack--> seated
 *   any state --goodbye, or socket closed--> gone
 */
export type ConnectionState = 'new' | 'greeted' | 'seated' | 'gone'

/** One worker's socket, with the ways to break it. */
export class WorkerConnection implements JobTaker {
  readonly id = randomBytes(16).toString('hex')
  readonly running = new Set<string>()
  state: ConnectionState = 'new'
  capabilities: ReceivedCapabilities | undefined
  slots = 0
  /** Whether the worker's `config` has come. */
  configured = false
  readonly #socket: WebSocket
  readonly #tcp: Socket
  #isBlackHole = false

  constructor(socket: WebSocket, tcp: Socket) {
    this.#socket = socket
    this.#tcp = tcp
  }

  get isBlackHole(): boolean {
    return this.#isBlackHole
  }

  /** The listener hears of the worker's goodbye as soon as it is read; the socket closes when the worker has heard ours, a while later. */
  onGoodbye(listener: () => void): void {
    // Nobody is told of a close frame as such, but it has been read by the time that its bytes are told of here.
    this.#tcp.on('data', () => {
      if (this.#socket.readyState === this.#socket.CLOSING) listener()
    })
  }

  send(message: SentRouterMessage): void {
    this.sendRaw(encodeRouterMessage(message))
  }

  sendRaw(text: string): void {
    if (this.#isBlackHole || this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(text)
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Ends the connection without a close frame, after everything that was sent. The worker sees 1006. */
  hangUp(): void {
    this.#tcp.end()
  }

  /** Breaks the connection off at once. */
  drop(): void {
    this.#socket.terminate()
  }

  /** From now on nothing is read and nothing is sent, and nothing is closed either. */
  blackHole(): void {
    this.#isBlackHole = true
    this.#socket.pause()
  }
}
