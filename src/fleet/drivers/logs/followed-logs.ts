import type Dockerode from 'dockerode'
import { AsyncQueue } from '../../../shared/async-queue.ts'
import { containerLog } from './container-log.ts'
import type { LogLine, LogSource } from './log-line.ts'
import { LogPlace } from './log-place.ts'

/** A container that is followed, through all of its runs. */
interface Followed {
  readonly place: LogPlace
  isRead: boolean
  /** It was started since this reading began: there may be another run to read. */
  isStartedAgain: boolean
}

export interface FollowOptions {
  readonly engine: Dockerode
  /** The moment before which nothing is wanted. */
  readonly since: string
  /** Ends all of it. Whoever disposes has to abort it before. */
  readonly signal: AbortSignal
}

/** So many lines wait for their reader; then the containers' logs wait. */
const mostWaiting = 1_000

/** Reads the logs of several containers as they grow. */
export class FollowedLogs implements AsyncDisposable {
  readonly #options: FollowOptions
  readonly #containers = new Map<string, Followed>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #lines: AsyncQueue<LogLine>
  #room = Promise.withResolvers<void>()

  constructor(options: FollowOptions) {
    this.#options = options
    this.#lines = new AsyncQueue({ limit: mostWaiting, onRoom: () => this.#giveRoom() })
    options.signal.addEventListener('abort', () => this.#end(), { once: true })
    if (options.signal.aborted) this.#end()
  }

  /** In the order in which they come. @throws BackendError when the engine fails */
  lines(): AsyncGenerator<LogLine, void, void> {
    return this.#lines[Symbol.asyncIterator]()
  }

  /** Reads a container's log from a place on, and goes on with its next run. */
  follow(source: LogSource, place: LogPlace): void {
    const followed = { place, isRead: false, isStartedAgain: false }
    this.#containers.set(source.container, followed)
    this.#read(source, followed)
  }

  /** Takes in what is started: a container that is not known is read from its beginning, another from where its reading ended. */
  listen(starts: AsyncIterable<LogSource>): void {
    this.#keep(async () => {
      for await (const source of starts) this.#onStart(source)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#tasks)
  }

  #onStart(source: LogSource): void {
    const followed = this.#containers.get(source.container)
    if (!followed) this.follow(source, new LogPlace(this.#options.since))
    else if (followed.isRead) followed.isStartedAgain = true
    else this.#read(source, followed)
  }

  #read(source: LogSource, followed: Followed): void {
    followed.isRead = true
    this.#keep(async () => {
      await this.#readRuns(source, followed)
      followed.isRead = false
    })
  }

  /** The engine ends a log with the container's run. */
  async #readRuns(source: LogSource, followed: Followed): Promise<void> {
    const { engine, signal } = this.#options
    do {
      followed.isStartedAgain = false
      const reading = { engine, source, place: followed.place, follow: true, partsToo: true }
      for await (const line of containerLog(reading, signal)) await this.#push(line)
    } while (followed.isStartedAgain && !signal.aborted)
  }

  async #push(line: LogLine): Promise<void> {
    if (!this.#lines.push(line) && !this.#options.signal.aborted) await this.#room.promise
  }

  #keep(work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => this.#lines.fail(error))
      .finally(() => this.#tasks.delete(task))
    this.#tasks.add(task)
  }

  #giveRoom(): void {
    this.#room.resolve()
    this.#room = Promise.withResolvers()
  }

  #end(): void {
    this.#lines.end()
    this.#giveRoom()
  }
}
