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

  sendBinary(bytes: Buffer): void {
    this.#webSocket.send(bytes)
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

  /** Ends the connection in the middle of a frame of so many bytes. */
  breakOffInFrame(bytes: number): void {
    this.sendHead(bytes)
    this.#socket.end('{"type"')
  }

  /** A pong that nobody asked for. */
  pong(): void {
    this.#webSocket.pong()
  }

  /** Sends bytes past the WebSocket: a piece of the frame that `sendHead` has begun. */
  sendBytes(bytes: string): void {
    this.#socket.write(bytes)
  }

  /** Announces a text frame of so many bytes, and brings none of them. */
  sendHead(bytes: number): void {
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(bytes))
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x7f]), length]))
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
    if (type === 'heartbeat') (this.#options.heartbeat ?? (() => this.send({ type: 'heartbeat_ack' })))(this)
  }
}
