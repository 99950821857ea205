import { type Decoded, encodeWorkerMessage } from '../../protocol/codec.ts'
import type { Policy } from '../../protocol/policy.ts'
import type { RouterMessage } from '../../protocol/router-messages.ts'
import type { Capabilities, WorkerMessage } from '../../protocol/worker-messages.ts'
import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import type { Secret } from '../../shared/secret.ts'
import { ConfigExchange } from './config-exchange.ts'
import { Heartbeat } from './heartbeat.ts'
import type { LinkFailure, LinkWarningCode, RouterConnection, UnreadableFrame, WorkMessage } from './link-handlers.ts'
import type { RouterSocket } from './router-socket.ts'

/** What an open connection stands on. */
export interface OpenConnectionOptions {
  readonly id: number
  readonly key: Secret
  readonly policy: Policy
  readonly socket: RouterSocket
  readonly capabilities: () => Capabilities
  readonly heartbeatIntervalMs: number
  readonly clock: Clock
  /** The connection is lost for a reason found in here. */
  readonly lose: (failure: LinkFailure) => void
}

/** Who hears of an open connection. */
export interface OpenConnectionListener {
  message(message: WorkMessage, connection: RouterConnection): void
  unreadable(frame: UnreadableFrame, connection: RouterConnection): void
  warning(code: LinkWarningCode, message: string): void
}

/** A connection from the router's `hello_ack` to its end: `config`, heartbeats, and jobs passed on. */
export class OpenConnection implements RouterConnection, Disposable {
  readonly id: number
  readonly helloAckAt: number
  readonly #options: OpenConnectionOptions
  readonly #listener: OpenConnectionListener
  readonly #heartbeat: Heartbeat
  readonly #config: ConfigExchange
  #policy: Policy
  #isOpen = true

  constructor(options: OpenConnectionOptions, listener: OpenConnectionListener) {
    const { clock, heartbeatIntervalMs: intervalMs } = options
    this.id = options.id
    this.helloAckAt = clock.now()
    this.#options = options
    this.#listener = listener
    this.#policy = options.policy
    this.#config = new ConfigExchange({
      ...options,
      send: (message) => this.send(message),
      warn: (code, message) => listener.warning(code, message),
    })
    this.#heartbeat = new Heartbeat({
      clock,
      intervalMs,
      beat: () => this.send({ type: 'heartbeat' }),
      silent: (silenceMs) => this.#heartbeatOnSilent(silenceMs),
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  get bufferedAmount(): number {
    return this.#options.socket.bufferedAmount
  }

  get heartbeatAckAgeMs(): number {
    return this.#heartbeat.ackAgeMs
  }

  send(message: WorkerMessage): boolean {
    if (this.#isOpen) this.#options.socket.send(encodeWorkerMessage(message))
    return this.#isOpen
  }

  drained(signal?: AbortSignal): Promise<void> {
    return this.#options.socket.drained(signal)
  }

  /** Tells the router what the worker can do now. */
  sendConfig(): void {
    this.#config.announce(this.#policy.capabilities)
  }

  /** The other side showed that it is there. */
  sign(): void {
    this.#heartbeat.sign()
  }

  /** Takes a frame to whom it concerns. */
  hear(frame: Decoded<RouterMessage>): void {
    // The worker may have given the connection up while it handled the frame before this one.
    if (!this.#isOpen || frame.kind === 'unknown') return
    if (frame.kind === 'message') this.#hearMessage(frame.message)
    else if (frame.jobId !== undefined) {
      const { type = '', jobId, problem } = frame
      this.#listener.unreadable({ type, jobId, problem }, this)
    }
  }

  /** Nothing more is sent or passed on. Silence is still watched for, as long as the last bytes are on their way. */
  giveUp(): void {
    this.#isOpen = false
    this.#config[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.giveUp()
    this.#heartbeat[Symbol.dispose]()
  }

  #hearMessage(message: RouterMessage): void {
    switch (message.type) {
      case 'heartbeat_ack':
        this.#heartbeat.ack()
        break
      case 'config_ack':
        this.#config.acknowledged(message.success, message.error)
        break
      case 'policy_update':
        // Whether the worker can live with it is the worker's to say: it may have jobs to finish first.
        this.#policy = message.policy
        this.#listener.message(message, this)
        break
      case 'hello_ack':
        break
      default:
        this.#listener.message(message, this)
    }
  }

  #heartbeatOnSilent(silenceMs: number): void {
    if (this.#isOpen) {
      const reason = `nothing was heard from the router for ${formatDuration(silenceMs)}`
      this.#options.lose({ kind: 'silent', reason })
    } else {
      // Given up already: the router is not there to take the last bytes.
      this.#options.socket.terminate()
    }
  }
}
