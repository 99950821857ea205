import { echoReply } from './echo-reply.ts'
import type { Reply, ReplySource } from './reply.ts'
import type { EchoRequest } from './request-log.ts'

/** What the coming requests are answered with: one queued reply each, then always the same. */
export class ReplyScript {
  readonly #queue: ReplySource[] = []
  readonly #echo: ReplySource
  #always: ReplySource

  /** `tokenDelayMs` slows the echo down, for people who watch. */
  constructor(tokenDelayMs: number) {
    this.#echo = (request) => ({ ...echoReply(request.body), chunkDelayMs: tokenDelayMs })
    this.#always = this.#echo
  }

  push(replies: readonly ReplySource[]): void {
    this.#queue.push(...replies)
  }

  always(reply: ReplySource): void {
    this.#always = reply
  }

  clear(): void {
    this.#queue.length = 0
    this.#always = this.#echo
  }

  /** The reply is taken before a function in it runs: requests are answered in the order they came. */
  async take(request: EchoRequest): Promise<Reply> {
    const source = this.#queue.shift() ?? this.#always
    return typeof source === 'function' ? await source(request) : source
  }
}
