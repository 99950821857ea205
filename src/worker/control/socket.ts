import { once } from 'node:events'
import { chmod, unlink } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { LineSplitter } from '../claude/line-splitter.ts'
import { refusal } from './answer-request.ts'
import { type ControlPlace, leavePlace, makePlace } from './control-places.ts'
import type { ControlAnswer } from './control-request.ts'
import { fitsSocket, isDeserted, removeStale, socketPath } from './socket-file.ts'

export interface ControlSocketOptions {
  /** Where it may be, the best place first. */
  readonly places: readonly ControlPlace[]
  /** Does what a line asks for and answers it. */
  readonly answer: (line: string) => ControlAnswer
  readonly clock: Clock
  readonly log: Pick<Log, 'warn'>
}

/** No request is longer. */
const longestLineBytes = 16 * 1_024
/** So much may wait for somebody who asks and does not read. */
const unreadLimitBytes = 1_024 * 1_024
/** At the end, for answers that are on their way. */
const lastWordsMs = 500
/** A worker that leaves takes the folder with it; one that comes at this moment makes it again. */
const mostTries = 10

/** A worker's door for those on the same host: a unix socket that only this user can open, with a JSON document per line each way. */
export class ControlSocket implements AsyncDisposable {
  readonly #options: ControlSocketOptions
  readonly #place: ControlPlace
  readonly #server = createServer((socket) => this.#serve(socket))
  readonly #connections = new Set<Socket>()

  private constructor(place: ControlPlace, options: ControlSocketOptions) {
    this.#place = place
    this.#options = options
  }

  /** Undefined where no place can be used: a worker works without. */
  static async open(options: ControlSocketOptions): Promise<ControlSocket | undefined> {
    for (const place of options.places) {
      const socket = new ControlSocket(place, options)
      if (await socket.#listen()) return socket
    }
    return undefined
  }

  /** The file. */
  get path(): string {
    return String(this.#server.address())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    // Node removes the file with the socket.
    this.#server.close()
    for (const socket of this.#connections) socket.destroySoon()
    using _limit = this.#options.clock.timer(lastWordsMs, () => {
      for (const socket of this.#connections) socket.destroy()
    })
    await closed
    await leavePlace(this.#place)
  }

  #serve(socket: Socket): void {
    const lines = new LineSplitter()
    this.#connections.add(socket)
    socket.on('close', () => this.#connections.delete(socket))
    // Whoever asked may be gone before the answer.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk)) this.#answer(socket, line)
      if (lines.pendingBytes > longestLineBytes) this.#say(socket, refusal('The request is too long.')).destroySoon()
      if (socket.writableLength > unreadLimitBytes) socket.destroy()
    })
  }

  /** A question that cannot be answered is no reason for the worker to end. */
  #answer(socket: Socket, line: string): void {
    try {
      this.#say(socket, this.#options.answer(line))
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'a control request could not be answered')
      socket.destroy()
    }
  }

  #say(socket: Socket, answer: ControlAnswer): Socket {
    socket.write(`${JSON.stringify(answer)}\n`)
    return socket
  }

  /** Listens under the first name that is free. */
  async #listen(): Promise<boolean> {
    for (let tries = 0, count = 1; tries < mostTries; tries++) {
      const path = socketPath(this.#place, process.pid, count)
      if (!fitsSocket(path) || !(await makePlace(this.#place))) return false
      await removeStale(this.#place)
      const code = await this.#tryPath(path)
      if (code === undefined) return true
      if (code === 'EADDRINUSE' && (await isDeserted(path))) await unlink(path).catch(() => {})
      else if (code === 'EADDRINUSE') count += 1
      else if (code !== 'ENOENT') return false
    }
    return false
  }

  /** The code of what went wrong; undefined where nothing did. */
  async #tryPath(path: string): Promise<string | undefined> {
    try {
      this.#server.listen(path)
      await once(this.#server, 'listening')
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unknown'
    }
    // A connection that could not be taken is the other side's trouble, not the worker's.
    this.#server.on('error', ({ message }) => this.#options.log.warn({ error: message }, 'a control connection failed'))
    // The folder is closed to others as it is.
    await chmod(path, 0o600).catch(() => {})
    return undefined
  }
}
