import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ReceivedOf, ReceivedWorkerMessage } from '../../src/protocol/worker-messages.ts'
import { EventRecord, within } from './event-record.ts'
import type { FakeRouterOptions } from './fake-router.ts'

/** The policy that a fake router sends along with `hello_ack`. */
export const claudePolicy = {
  worker_type: 'cli',
  cli_type: 'claude',
  builtin_tools: [],
  model_name: 'sonnet',
  context_size: 200_000,
  capabilities: ['chat', 'vision'],
}

/** One worker's connection, seen from the router. */
export class FakeRouterConnection {
  /** Every message, whole and in order, as the worker wrote it. */
  readonly received = new EventRecord<ReceivedWorkerMessage>('the fake router')
  /** How the WebSocket ended. */
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #webSocket: WebSocket
  readonly #socket: Duplex
  readonly #options: FakeRouterOptions
  #answers = true

  constructor(webSocket: WebSocket, socket: Duplex, options: FakeRouterOptions) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#options = options
    webSocket.on('error', () => {})
    webSocket.on('message', (data) => this.#webSocketOnMessage(data.toString()))
    this.closed = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** The next message of a type that was not taken before. */
  next<Type extends ReceivedWorkerMessage['type']>(type: Type): Promise<ReceivedOf<Type>> {
    return this.received.take(`"${type}"`, (message): message is ReceivedOf<Type> => message.type === type)
  }

  /** The types of all messages so far. */
  get types(): string[] {
    return this.received.all.map(({ type }) => type)
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message))
  }

  sendText(text: string): void {
    this.#webSocket.send(text)
  }

  /** Accepts the worker. */
  accept(overrides: object = {}): void {
    this.send({ type: 'hello_ack', success: true, gpu_id: 'worker-1', policy: claudePolicy, ...overrides })
  }

  ping(): Promise<void> {
    return within(
      'a pong',
      new Promise((resolve) => {
        this.#webSocket.once('pong', () => resolve())
        this.#webSocket.ping()
      }),
    )
  }

  close(code: number, reason = ''): void {
    this.#webSocket.close(code, reason)
  }

  /** Ends the connection without a close frame. */
  drop(): void {
    this.#webSocket.terminate()
  }

  /** Ends the connection in the middle of a frame. */
  breakOffInFrame(): void {
    // A text frame that announces 4096 bytes and brings seven.
    this.#socket.end(Buffer.concat([Buffer.from([0x81, 0x7e, 0x10, 0x00]), Buffer.from('{"type"')]))
  }

  /** Neither reads nor writes from here on, and keeps the socket open. */
  goSilent(): void {
    this.#answers = false
    this.#webSocket.pause()
  }

  stopReading(): void {
    this.#webSocket.pause()
  }

  readOn(): void {
    this.#webSocket.resume()
  }

  #webSocketOnMessage(text: string): void {
    const message = JSON.parse(text) as ReceivedWorkerMessage
    this.received.push(message)
    if (this.#answers) this.#answer(message)
  }

  #answer({ type }: ReceivedWorkerMessage): void {
    if (type === 'hello') (this.#options.hello ?? (() => this.accept()))(this)
    if (type === 'config') (this.#options.config ?? (() => this.send({ type: 'config_ack', success: true })))(this)
    if (type === 'heartbeat') this.send({ type: 'heartbeat_ack' })
  }
}
