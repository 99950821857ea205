import { existsSync } from 'node:fs'
import { messageOf } from '../../shared/errors.ts'
import { ControlSocket, type ControlSocketOptions } from './socket.ts'

/** How often the door is looked for. */
const lookEveryMs = 40_000

/**
 * A worker's control socket for as long as the worker lives. Its file may go before it: XDG_RUNTIME_DIR ends with the last session
 * of its user, and a worker that was left running with nohup does not. It is then opened anew, at the next best place.
 */
export class ControlDoor implements AsyncDisposable {
  readonly #options: ControlSocketOptions
  #socket: ControlSocket | undefined
  #timer: Disposable
  #looking: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(socket: ControlSocket | undefined, options: ControlSocketOptions) {
    this.#socket = socket
    this.#options = options
    this.#timer = this.#wait()
  }

  static async open(options: ControlSocketOptions): Promise<ControlDoor> {
    return new ControlDoor(await ControlSocket.open(options), options)
  }

  /** Whether it was to be had. */
  get isOpen(): boolean {
    return this.#socket !== undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#timer[Symbol.dispose]()
    await this.#looking
    await this.#socket?.[Symbol.asyncDispose]()
  }

  #wait(): Disposable {
    return this.#options.clock.timer(lookEveryMs, () => {
      this.#looking = this.#look()
    })
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { log } = this.#options
    try {
      if (!this.#socket || !existsSync(this.#socket.path)) await this.#reopen()
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the control socket could not be opened anew')
    }
    if (!this.#isClosed) this.#timer = this.#wait()
  }

  /** The old one first: closing it would remove a new one of the same name. */
  async #reopen(): Promise<void> {
    await this.#socket?.[Symbol.asyncDispose]()
    this.#socket = undefined
    if (!this.#isClosed) this.#socket = await ControlSocket.open(this.#options)
  }
}
