import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { EventRecord, within } from './event-record.ts'

/** How the proxy behaves. */
export interface ConnectProxyOptions {
  /** Where every tunnel leads, whatever host was asked for: the proxy is what knows the names. */
  readonly port: number
  /** Asks for these credentials. */
  readonly user?: string
  readonly password?: string
  /** Answers CONNECT with this status in place of a tunnel. */
  readonly status?: number
  /** Takes CONNECT and never answers. */
  readonly mute?: boolean
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** An HTTP proxy on loopback that does CONNECT and nothing else. */
export class ConnectProxy implements AsyncDisposable {
  /** What was asked for, as `host:port`. */
  readonly targets: string[] = []
  readonly #options: ConnectProxyOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket | Duplex>()
  readonly #asked = new EventRecord<string>('the proxy')
  #whenIdle: (() => void) | undefined

  private constructor(options: ConnectProxyOptions) {
    this.#options = options
    this.#server = options.tls ? createHttpsServer(options.tls) : createHttpServer()
    this.#server.on('connection', (socket: Socket) => this.#remember(socket))
    this.#server.on('connect', (...asked) => this.#serverOnConnect(...asked))
  }

  static async open(options: ConnectProxyOptions): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(options)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  /** As HTTPS_PROXY would name it. */
  get url(): string {
    const { tls, user, password } = this.#options
    const credentials = user ? `${user}:${password}@` : ''
    return `${tls ? 'https' : 'http'}://${credentials}localhost:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when a tunnel was asked for. */
  async touched(): Promise<void> {
    await this.#asked.take('CONNECT', (target): target is string => typeof target === 'string')
  }

  /** Resolves when no socket is left open. */
  async idle(): Promise<void> {
    if (this.#sockets.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenIdle = resolve
    await within('the last socket to the proxy being closed', promise)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size === 0) this.#whenIdle?.()
    })
  }

  #serverOnConnect({ url = '', headers }: IncomingMessage, client: Duplex, head: Buffer): void {
    this.targets.push(url)
    this.#asked.push(url)
    client.on('error', () => {})
    client.on('end', () => client.end())
    const { port, status, mute } = this.#options
    if (mute) client.resume()
    else if (status) client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
    else if (!this.#isAllowed(headers['proxy-authorization'])) {
      client.end('HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n')
    } else {
      const router = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connected\r\n\r\n')
        router.write(head)
        router.pipe(client).pipe(router)
      })
      this.#remember(router)
      // A pipe passes an end on, but not a break.
      client.on('close', () => router.destroy())
      router.on('close', () => client.destroy())
    }
  }

  #isAllowed(authorization: string | undefined): boolean {
    const { user, password } = this.#options
    const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    return !user || authorization === wanted
  }
}
