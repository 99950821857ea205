import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { within } from './event-record.ts'

/** A program that runs for ever, to be started by a shell: it calls its test, which hears of its beginning and of its end. */
export class WatchedProgram implements AsyncDisposable {
  readonly #server: Server
  readonly #begun = Promise.withResolvers<Socket>()
  readonly #gone = Promise.withResolvers<void>()
  /** Whether it has begun and has not ended. */
  isRunning = false

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {})
      socket.on('close', () => {
        this.isRunning = false
        this.#gone.resolve()
      })
      this.isRunning = true
      this.#begun.resolve(socket.resume())
    })
  }

  static async open(): Promise<WatchedProgram> {
    const program = new WatchedProgram(createServer())
    await new Promise<void>((resolve) => program.#server.listen(0, '127.0.0.1', resolve))
    return program
  }

  /** What a shell runs. A stubborn one pays no heed to TERM; a detached one leaves its shell, which goes on for ever too. */
  command({ stubborn = false, detached = false } = {}): string {
    const { port } = this.#server.address() as AddressInfo
    const deaf = stubborn ? "process.on('SIGTERM', () => {}); " : ''
    const script = `${deaf}require('node:net').connect(${port}, '127.0.0.1')`
    if (!detached) return `${process.execPath} -e "${script}"`
    const options = "{ detached: true, stdio: 'ignore' }"
    const starter = `require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], ${options}).unref()`
    return `${process.execPath} -e "${starter}" "${script}"; sleep 600`
  }

  /** Resolves when it runs. */
  async begun(): Promise<void> {
    await within('the beginning of the watched program', this.#begun.promise)
  }

  /** Resolves when it has ended, in whatever way. */
  gone(): Promise<void> {
    return within('the end of the watched program', this.#gone.promise)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    void this.#begun.promise.then((socket) => socket.destroy())
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
