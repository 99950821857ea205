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
    if (this.#response.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    // Its own callback: Node does not always follow a write that was too much at once by `drain`.
    if (this.#response.write(`${event ? `event: ${event}\n` : ''}data: ${text}\n\n`, () => resolve())) return
    // A caller that has gone away takes nothing any more.
    this.#response.once('close', resolve)
    await promise
    this.#response.off('close', resolve)
  }

  end(): void {
    this.#response.end()
  }
}
