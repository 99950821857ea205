import { performance } from 'node:perf_hooks'
import { Watchers } from '../../src/dev/watchers.ts'
import { messageOf } from '../../src/shared/errors.ts'

/** Where and how often to ask. */
export interface SteadyLoadOptions {
  readonly httpUrl: string
  readonly callerKey: string
  /** From one request to the next, whether or not that one has been answered. */
  readonly everyMs: number
  readonly model?: string
  /** What the n-th request (from 1) asks. */
  readonly question?: (n: number) => string
}

/** A request that is over. */
export interface LoadedRequest {
  readonly n: number
  readonly outcome: 'answered' | 'failed'
  /** The answer's text, or what went wrong. */
  readonly text: string
  /** Of the router's job, where it answered. */
  readonly jobId: string | undefined
  /** From the start of the load. */
  readonly startedAfterMs: number
  readonly durationMs: number
}

const waitLimitMs = 120_000

/** Asks a router over HTTP at a steady pace, from its making until it is stopped, and tells what became of every request. */
export class SteadyLoad implements AsyncDisposable {
  /** In the order in which they ended. */
  readonly finished: LoadedRequest[] = []
  readonly #options: SteadyLoadOptions
  readonly #beganAtMs = performance.now()
  readonly #underWay = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  readonly #watchers = new Watchers()
  readonly #timer: NodeJS.Timeout
  #started = 0

  constructor(options: SteadyLoadOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#start(), options.everyMs)
    this.#start()
  }

  /** How many have been asked and not answered. */
  get open(): number {
    return this.#underWay.size
  }

  /** Resolves when so many requests in all are over. */
  async reached(count: number): Promise<void> {
    await this.#watchers.until(() => this.finished.length >= count, waitLimitMs, `${count} requests to end`)
  }

  /** Asks nothing more, waits for what is under way, and hands over all requests. */
  async stop(): Promise<readonly LoadedRequest[]> {
    clearInterval(this.#timer)
    await this.#watchers.until(() => this.open === 0, waitLimitMs, 'the last requests to end')
    return this.finished
  }

  /** Asks nothing more and breaks off what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#abort.abort(new Error('the load is over'))
    await Promise.all(this.#underWay)
    this.#watchers.close(new Error('the load is over'))
  }

  #start(): void {
    this.#started += 1
    const request = this.#ask(this.#started).then((finished) => {
      this.finished.push(finished)
      this.#underWay.delete(request)
      this.#watchers.changed()
    })
    this.#underWay.add(request)
  }

  /** Never rejects. */
  async #ask(n: number): Promise<LoadedRequest> {
    const startedAtMs = performance.now()
    const end = await this.#post(n).catch((error: unknown) => failed(messageOf(error)))
    const startedAfterMs = startedAtMs - this.#beganAtMs
    return { n, ...end, startedAfterMs, durationMs: performance.now() - startedAtMs }
  }

  async #post(n: number): Promise<RequestEnd> {
    const { httpUrl, callerKey, model = 'sonnet', question = (each) => `question ${each}` } = this.#options
    const response = await fetch(`${httpUrl}/api/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${callerKey}`, connection: 'close' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: question(n) }] }),
      signal: this.#abort.signal,
    })
    const body = await response.text()
    return response.ok ? answered(body) : failed(`${response.status} ${body}`)
  }
}

type RequestEnd = Pick<LoadedRequest, 'outcome' | 'text' | 'jobId'>

function answered(body: string): RequestEnd {
  const { id, choices } = JSON.parse(body) as { id: string; choices: { message: { content: string } }[] }
  return { outcome: 'answered', text: choices[0]?.message.content ?? '', jobId: id }
}

function failed(text: string): RequestEnd {
  return { outcome: 'failed', text, jobId: undefined }
}
