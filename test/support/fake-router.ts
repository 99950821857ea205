import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { EventRecord, within } from './event-record.ts'
import { FakeRouterConnection } from './fake-router-connection.ts'

/** How the router answers a worker that opens a socket or says something. */
export interface FakeRouterOptions {
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Answers an upgrade with this in place of a WebSocket. */
  readonly upgrade?: { readonly status: number; readonly headers?: Record<string, string> }
  /** Answers `hello`; accepts it unless said otherwise. */
  readonly hello?: (connection: FakeRouterConnection) => void
  /** Answers `config`; acknowledges it unless said otherwise. */
  readonly config?: (connection: FakeRouterConnection) => void
  /** Answers `heartbeat`, unless said otherwise with `heartbeat_ack`. */
  readonly heartbeat?: (connection: FakeRouterConnection) => void
  /** Takes a socket and never says a word, not even HTTP. */
  readonly mute?: boolean
}

/** A router on loopback that does what the test says and remembers what it was told. */
export class FakeRouter implements AsyncDisposable {
  readonly connections: FakeRouterConnection[] = []
  /** The requests for a WebSocket. */
  readonly upgrades: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = []
  readonly #options: FakeRouterOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 256 * 1024 * 1024,
  })
  readonly #asked = new EventRecord<string>('the fake router')
  readonly #opened = new EventRecord<FakeRouterConnection>('the fake router')
  #whenIdle: (() => void) | undefined

  private constructor(options: FakeRouterOptions) {
    this.#options = options
    this.#server = options.tls ? createHttpsServer(options.tls) : createHttpServer()
    this.#server.on('connection', (socket) => this.#serverOnConnection(socket))
    this.#server.on('request', (_request, response) => response.writeHead(404).end())
    this.#server.on('upgrade', (...upgrade) => this.#serverOnUpgrade(...upgrade))
  }

  /** Opens one on a free port, or on the port of one that is gone. */
  static async open(options: FakeRouterOptions = {}, port = 0): Promise<FakeRouter> {
    const router = new FakeRouter(options)
    await new Promise<void>((resolve, reject) => {
      router.#server.once('error', reject)
      router.#server.listen(port, '127.0.0.1', resolve)
    })
    return router
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What an operator would configure. */
  get url(): string {
    return `${this.#options.tls ? 'wss' : 'ws'}://127.0.0.1:${this.port}`
  }

  /** The next worker whose WebSocket opens. */
  connected(): Promise<FakeRouterConnection> {
    return this.#opened.take('connection', (connection): connection is FakeRouterConnection => !!connection)
  }

  /** Resolves when somebody has asked for a WebSocket. */
  async touched(): Promise<void> {
    await this.#asked.take('request for a WebSocket', (path): path is string => typeof path === 'string')
  }

  /** Resolves when no socket is left open. */
  async idle(): Promise<void> {
    if (this.#sockets.size === 0) return
    await within(
      'the last socket to the fake router being closed',
      new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serverOnConnection(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#whenIdle?.()
    })
  }

  #serverOnUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades.push({ path: request.url ?? '', headers: request.headers })
    this.#asked.push(request.url ?? '')
    const { upgrade, mute } = this.#options
    if (mute) {
      // Read from, so that its end is noticed.
      socket.resume().on('end', () => socket.end())
      return
    }
    if (upgrade) {
      const headers = Object.entries({ ...upgrade.headers, Connection: 'close', 'Content-Length': '0' })
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      socket.end(`HTTP/1.1 ${upgrade.status} Answer\r\n${lines}\r\n`)
      return
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new FakeRouterConnection(webSocket, socket, this.#options)
      this.connections.push(connection)
      this.#opened.push(connection)
    })
  }
}
