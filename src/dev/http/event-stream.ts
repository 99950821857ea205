import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** A stream of server-sent events. Every event is one write, passed on at once. */
export class EventStream {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
  }

  /** Sends `data` as JSON. A caller that reads slowly is waited for. */
  async send(data: object, event?: string): Promise<void> {
    await this.sendText(JSON.stringify(data), event)
  }

  async sendText(text: string, event?: string): Promise<void> {
    const { destroyed } = this.#response
    if (destroyed || this.#response.write(`${event ? `event: ${event}\n` : ''}data: ${text}\n\n`)) return
    if (this.#response.destroyed) return
    const left = new AbortController()
    const onClose = () => left.abort()
    this.#response.once('close', onClose)
    // A caller that has gone away never drains.
    await once(this.#response, 'drain', { signal: left.signal }).catch(() => {})
    this.#response.off('close', onClose)
  }

  end(): void {
    this.#response.end()
  }
}
