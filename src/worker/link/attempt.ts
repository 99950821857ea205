import type { Decoded } from '../../protocol/codec.ts'
import { encodeWorkerMessage } from '../../protocol/codec.ts'
import type { RouterMessage } from '../../protocol/router-messages.ts'
import type { Capabilities } from '../../protocol/worker-messages.ts'
import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import type { Secret } from '../../shared/secret.ts'
import { type ConnectionEnd, connectionEndOf } from './connection-end.ts'
import type { Route } from './dial.ts'
import type { FrameReader } from './frame-reader.ts'
import { type Accepted, answerFrom } from './handshake.ts'
import type { Welcome } from './link-handlers.ts'
import { OpenConnection, type OpenConnectionListener } from './open-connection.ts'
import { RouterSocket, type SocketEnd } from './router-socket.ts'

/** What every attempt of a link has in common. */
export interface AttemptSettings {
  readonly route: Route
  readonly key: Secret
  readonly capabilities: () => Capabilities
  readonly heartbeatIntervalMs: number
  readonly frames: FrameReader
  readonly clock: Clock
}

/** Who hears of an attempt; nothing more after `ended`, nor after it was closed. */
export interface AttemptListener extends OpenConnectionListener {
  opened(): void
  accepted(welcome: Welcome): void
  ended(end: ConnectionEnd): void
}

/** A router that says nothing for so long has not answered. */
const answerLimitMs = 30_000

/** One try to be connected and what comes of it: dial → `hello` → `hello_ack` → an open connection → end. */
export class Attempt {
  readonly #id: number
  readonly #settings: AttemptSettings
  readonly #listener: AttemptListener
  readonly #socket: RouterSocket
  /** Frames that came before the answer to `hello`: the router may send jobs before it acknowledges anything. */
  readonly #early: Decoded<RouterMessage>[] = []
  #answerTimer: Disposable
  #connection: OpenConnection | undefined
  #isOver = false

  constructor(id: number, settings: AttemptSettings, listener: AttemptListener) {
    this.#id = id
    this.#settings = settings
    this.#listener = listener
    this.#answerTimer = this.#expectAnswer('no connection was made')
    const socketListener = {
      opened: () => this.#socketOnOpened(),
      frame: (text: string) => this.#socketOnFrame(text),
      sign: () => this.#connection?.sign(),
      ended: (end: SocketEnd) =>
        this.#end(connectionEndOf(end, { ...settings, wasAccepted: this.#connection !== undefined })),
    }
    this.#socket = new RouterSocket(settings.route, socketListener, settings.clock)
  }

  /** The connection, once the router has accepted the worker. */
  get connection(): OpenConnection | undefined {
    return this.#connection
  }

  /** Resolves when the socket is gone. */
  get closed(): Promise<void> {
    return this.#socket.closed
  }

  /** Gives it up: nothing more is heard or sent, what was sent is written, and the router is told goodbye. */
  async close(code: number): Promise<void> {
    this.#isOver = true
    this.#answerTimer[Symbol.dispose]()
    this.#connection?.giveUp()
    await this.#socket.close(code)
    this.#connection?.[Symbol.dispose]()
  }

  /** Ends the socket now; for one that was closed already and takes too long. */
  terminate(): void {
    this.#socket.terminate()
  }

  #socketOnOpened(): void {
    if (this.#isOver) return
    const { key, capabilities } = this.#settings
    this.#socket.send(encodeWorkerMessage({ type: 'hello', gpu_key: key.reveal(), capabilities: capabilities() }))
    this.#answerTimer[Symbol.dispose]()
    this.#answerTimer = this.#expectAnswer('the router did not answer hello')
    this.#listener.opened()
  }

  #socketOnFrame(text: string): void {
    if (this.#isOver) return
    const frame = this.#settings.frames.read(text)
    if (this.#connection) this.#connection.hear(frame)
    else this.#hearAnswer(frame)
  }

  #hearAnswer(frame: Decoded<RouterMessage>): void {
    const answer = answerFrom(frame, this.#settings.key)
    if (!answer) this.#early.push(frame)
    else if (answer.kind === 'accepted') this.#accept(answer)
    else this.#end(answer)
  }

  #accept({ workerId, policy }: Accepted): void {
    this.#answerTimer[Symbol.dispose]()
    const connection = new OpenConnection(
      {
        ...this.#settings,
        id: this.#id,
        policy,
        socket: this.#socket,
        lose: (failure) => this.#end({ kind: 'lost', failure }),
      },
      this.#listener,
    )
    this.#connection = connection
    connection.sendConfig()
    this.#listener.accepted({ workerId, policy, connection })
    for (const frame of this.#early.splice(0)) connection.hear(frame)
  }

  #expectAnswer(missing: string): Disposable {
    return this.#settings.clock.timer(answerLimitMs, () => {
      const reason = `${missing} within ${formatDuration(answerLimitMs)}`
      this.#end({ kind: 'lost', failure: { kind: 'no-answer', reason } })
    })
  }

  /** The only way out that nobody asked for. */
  #end(end: ConnectionEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#answerTimer[Symbol.dispose]()
    this.#connection?.[Symbol.dispose]()
    this.#socket.terminate()
    this.#listener.ended(end)
  }
}
