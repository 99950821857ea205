import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { within } from './event-record.ts'

/** A conversation with a control socket, byte by byte as the test wants it. Nothing is read before somebody asks for an answer. */
export class ControlVisit implements AsyncDisposable {
  readonly socket: Socket
  #lines: AsyncIterator<string> | undefined

  private constructor(socket: Socket) {
    this.socket = socket
    // The other side may hang up in the middle of a word.
    socket.on('error', () => {})
  }

  static async begin(path: string): Promise<ControlVisit> {
    const socket = connect(path)
    await within('a connection to the control socket', once(socket, 'connect'))
    return new ControlVisit(socket)
  }

  /** Sends a text as it is. */
  say(text: string): this {
    this.socket.write(text)
    return this
  }

  /** The next answer; undefined when the other side has closed. */
  async answer(): Promise<unknown> {
    this.#lines ??= createInterface(this.socket.pipe(new PassThrough()))[Symbol.asyncIterator]()
    const { value, done } = await within('an answer', this.#lines.next())
    return done ? undefined : JSON.parse(value)
  }

  /** Resolves when the connection has ended; what was not asked for is dropped. */
  async closed(): Promise<void> {
    this.socket.resume()
    if (!this.socket.closed) await within('the end of the connection', once(this.socket, 'close'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    await this.closed()
  }
}
