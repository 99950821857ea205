import assert from 'node:assert/strict'
import type { AuxotError } from '../../shared/errors.ts'
import { Attempt, type AttemptListener, type AttemptSettings } from './attempt.ts'
import { Backoff } from './backoff.ts'
import type { ConnectionEnd } from './connection-end.ts'
import { planRoute } from './dial.ts'
import { FailureLog } from './failure-log.ts'
import { FrameReader } from './frame-reader.ts'
import { guardHandlers } from './guarded-handlers.ts'
import type { LinkFailure, LinkHandlers, RouterConnection } from './link-handlers.ts'
import type { RouterLinkOptions } from './link-options.ts'
import { canMove, type LinkState } from './link-state.ts'

/** A connection that held for so long was healthy: the next failure begins with short waits again. */
const healthyAfterMs = 60_000

/**
 * Keeps one WebSocket to the router alive; `link-state.ts` draws its states. Never two at a time: the router would take each for
 * a worker of its own and hand it jobs. Attempts and timers stay in here, the worker hears of connections through its handlers.
 */
export class RouterLink implements AsyncDisposable {
  readonly #options: RouterLinkOptions
  readonly #handlers: LinkHandlers
  readonly #attemptSettings: AttemptSettings
  readonly #backoff: Backoff
  readonly #failures: FailureLog
  #state: LinkState = 'new'
  #attempt: Attempt | undefined
  /** Attempts ever, and since the last connection. */
  #attempts = 0
  #attemptsInARow = 0
  #retryTimer: Disposable | undefined
  /** What was given up last, and the end of its socket. */
  #departing: Attempt | undefined
  #departure: Promise<void> = Promise.resolve()

  /** @throws UsageError when the proxy or the certificates cannot be used. */
  constructor(options: RouterLinkOptions) {
    this.#options = options
    this.#handlers = guardHandlers(options.handlers, options.log)
    const { clock, log, random, reconnectDelayMs: firstMs, reconnectMaxDelayMs: longestMs } = options
    this.#attemptSettings = { ...options, route: planRoute(options), frames: new FrameReader(log) }
    this.#backoff = new Backoff({ firstMs, longestMs, random })
    this.#failures = new FailureLog(log, clock)
  }

  get state(): LinkState {
    return this.#state
  }

  /** The connection that is open now. */
  get connection(): RouterConnection | undefined {
    return this.#state === 'open' ? this.#attempt?.connection : undefined
  }

  /** Since the router last answered a heartbeat; undefined while there is no connection. */
  get heartbeatAckAgeMs(): number | undefined {
    return this.#state === 'open' ? this.#attempt?.connection?.heartbeatAckAgeMs : undefined
  }

  /** Begins to connect; to be called once. */
  start(): void {
    assert.equal(this.#state, 'new', 'a link is started once')
    const { socket, unencrypted } = this.#options.address
    if (unencrypted) {
      const message = `The connection to ${socket.host} is not encrypted: the worker key crosses the network in clear text`
      this.#handlers.warning('ROUTER_UNENCRYPTED', message)
    }
    this.#connect()
  }

  /** Sends `config` again, with what the worker can do now. Without a connection the next one will carry it. */
  updateCapabilities(): void {
    if (this.#state === 'open') this.#attempt?.connection?.sendConfig()
  }

  /** Closes the connection and stays away until `rejoin()`. Resolves when the socket is gone. */
  async leave(code: number): Promise<void> {
    if (canMove(this.#state, 'away')) this.#giveUp('away', code)
    await this.#departure
  }

  /** Connects again after `leave()` or a refusal; harmless in any other state. */
  async rejoin(): Promise<void> {
    await this.#departure
    if (this.#state !== 'away') return
    this.#attemptsInARow = 0
    this.#connect()
  }

  /** The end: what was sent is written, then the router is told goodbye. Resolves when the socket is gone; may be called twice. */
  async close(code = 1000): Promise<void> {
    if (this.#state !== 'closed') this.#giveUp('closed', code)
    await this.#departure
  }

  /** The end, now: what was not written is lost and the router is told nothing. Cuts a `close()` short, too. */
  async terminate(): Promise<void> {
    const closed = this.close()
    this.#departing?.terminate()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #connect(): void {
    this.#moveTo('connecting')
    this.#attemptsInARow += 1
    this.#handlers.connecting(this.#attemptsInARow)
    // The handler may have closed the link.
    if (this.#state !== 'connecting') return
    this.#attempts += 1
    this.#attempt = new Attempt(this.#attempts, this.#attemptSettings, this.#listener())
  }

  #listener(): AttemptListener {
    return {
      ...this.#handlers,
      opened: () => this.#moveTo('handshaking'),
      accepted: (welcome) => {
        this.#moveTo('open')
        this.#attemptsInARow = 0
        this.#handlers.up(welcome)
      },
      ended: (end) => this.#attemptOnEnded(end),
    }
  }

  #attemptOnEnded(end: ConnectionEnd): void {
    const connection = this.#attempt?.connection
    this.#departure = this.#attempt?.closed ?? this.#departure
    this.#attempt = undefined
    if (end.kind === 'lost') this.#tryAgain(end.failure, connection)
    else this.#stayAway(end.error)
  }

  #tryAgain(failure: LinkFailure, connection: RouterConnection | undefined): void {
    if (connection && this.#options.clock.now() - connection.helloAckAt >= healthyAfterMs) {
      this.#backoff.reset()
      this.#failures.clear()
    }
    const retryInMs = failure.retryInMs ?? this.#backoff.nextDelayMs()
    this.#failures.note(failure, retryInMs)
    this.#moveTo('waiting')
    this.#retryTimer = this.#options.clock.timer(retryInMs, () => this.#connect())
    this.#handlers.down({ ...failure, connection, retryInMs })
  }

  #stayAway(error: AuxotError): void {
    this.#moveTo('away')
    this.#handlers.refused(error)
  }

  #giveUp(next: 'away' | 'closed', code: number): void {
    this.#retryTimer?.[Symbol.dispose]()
    this.#moveTo(next)
    if (!this.#attempt) return
    this.#departing = this.#attempt
    this.#departure = this.#attempt.close(code)
    this.#attempt = undefined
  }

  /** The only place the state changes. */
  #moveTo(next: LinkState): void {
    assert(canMove(this.#state, next), `the link cannot go from ${this.#state} to ${next}`)
    this.#options.log.debug({ from: this.#state, to: next }, 'state of the link to the router')
    this.#state = next
  }
}
