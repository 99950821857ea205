import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** An HTTP server on loopback that answers as a test says. */
export class HttpPage implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly asked: string[] = []
  readonly #server: ReturnType<typeof createServer>

  private constructor(answer: RequestListener, tls: { readonly key: string; readonly cert: string } | undefined) {
    const listener: RequestListener = (request, response) => {
      this.asked.push(`${request.url}`)
      answer(request, response)
    }
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener)
  }

  static async open(answer: RequestListener, tls?: { readonly key: string; readonly cert: string }): Promise<HttpPage> {
    const page = new HttpPage(answer, tls)
    page.#server.listen(0, '127.0.0.1')
    await once(page.#server, 'listening')
    return page
  }

  /** One that answers every question with the same text. */
  static saying(body: string, status = 200): Promise<HttpPage> {
    return HttpPage.open((_, response) => response.writeHead(status).end(body))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
