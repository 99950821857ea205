import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { UsageError } from '../../shared/errors.ts'
import type { HelloPlan } from './hello-plan.ts'

/** What comes in over the one port. */
export interface Callers {
  readonly onRequest: RequestListener
  /** What a test has planned for the worker that comes now. */
  readonly takePlan: () => HelloPlan | undefined
  readonly onSocket: (socket: WebSocket, tcp: Socket, plan: HelloPlan | undefined) => void
}

/** A frame may carry images as base64. */
const maxPayload = 256 * 1024 * 1024

const listenErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody else listens there',
  EACCES: 'the system does not allow it',
  EADDRNOTAVAIL: 'this machine has no such address',
}

/** The port of the development router, which can be closed and opened again. */
export class Listener {
  readonly #host: string
  readonly #callers: Callers
  #port: number
  #server: Server | undefined
  readonly #open = new Set<Socket>()
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload })

  constructor(host: string, port: number, callers: Callers) {
    this.#host = host
    this.#port = port
    this.#callers = callers
  }

  /** `host:port`, with an IPv6 host in brackets. */
  get authority(): string {
    return `${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.#port}`
  }

  /** Opens the port; the one it had before, if it had one. */
  async open(): Promise<void> {
    const server = createServer({ noDelay: true }, this.#callers.onRequest)
    server.on('upgrade', (request, tcp, head) => this.#upgrade(request, tcp, head))
    server.on('connection', (tcp) => {
      this.#open.add(tcp)
      tcp.once('close', () => this.#open.delete(tcp))
    })
    server.listen(this.#port, this.#host)
    await once(server, 'listening').catch((error) => this.#refuse(error))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Closes the port and breaks every connection off. */
  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets.clients) socket.terminate()
    // The server itself no longer knows the connections that were upgraded, or refused to be.
    for (const tcp of this.#open) tcp.destroy()
    await closed
  }

  #refuse(error: NodeJS.ErrnoException): never {
    const reason = listenErrors[error.code ?? '']
    if (!reason) throw error
    throw new UsageError(`the router cannot listen on ${this.authority}: ${reason}`, {
      hint: 'Choose another port, or 0 for a free one.',
      cause: error,
    })
  }

  #upgrade(request: IncomingMessage, tcp: Duplex, head: Buffer): void {
    tcp.on('error', () => tcp.destroy())
    const isWorker = request.url?.split('?', 1)[0] === '/ws'
    const plan: HelloPlan | undefined = isWorker ? this.#callers.takePlan() : { kind: 'http', status: 404 }
    if (plan?.kind === 'http') refuseUpgrade(tcp, plan.status)
    else this.#sockets.handleUpgrade(request, tcp, head, (ws) => this.#callers.onSocket(ws, tcp as Socket, plan))
  }
}

function refuseUpgrade(tcp: Duplex, status: number): void {
  tcp.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
}
