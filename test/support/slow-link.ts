import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A network between a worker and its router that can be made to carry nothing more from the worker, and then everything. */
export class SlowLink implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #ends: { readonly worker: Socket; readonly router: Socket } | undefined

  private constructor(target: URL) {
    this.#server = createServer((worker) => {
      const router = connect(Number(target.port), target.hostname)
      this.#ends = { worker, router }
      for (const socket of [worker, router]) this.#remember(socket)
      worker.pipe(router).pipe(worker)
      // A pipe passes an end on, but not a break.
      worker.on('close', () => router.destroy())
      router.on('close', () => worker.destroy())
    })
  }

  static async open(routerUrl: string): Promise<SlowLink> {
    const link = new SlowLink(new URL(routerUrl))
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve))
    return link
  }

  /** Where the worker finds the router. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Nothing more of what the worker says gets through; what the router says does. */
  block(): void {
    this.#ends?.worker.unpipe().pause()
  }

  unblock(): void {
    this.#ends?.worker.pipe(this.#ends.router)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
