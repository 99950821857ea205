import type { Clock } from '../../shared/clock.ts'

/** What a heartbeat needs of the connection it keeps. */
export interface HeartbeatOptions {
  readonly clock: Clock
  readonly intervalMs: number
  /** Sends one beat. */
  readonly beat: () => void
  /** Called once, when nothing was heard for three intervals. */
  readonly silent: (silenceMs: number) => void
}

/** So many intervals without a frame make a connection dead. */
const intervalsOfSilence = 3

/**
 * Beats every interval and watches for signs of life. The router never notices a half-open socket, so the worker has to.
 * Runs from its making until it is disposed or has found silence.
 */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions
  readonly #silenceLimitMs: number
  #signAt: number
  #ackAt: number
  #beatTimer: Disposable
  #silenceTimer: Disposable

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#silenceLimitMs = options.intervalMs * intervalsOfSilence
    this.#signAt = this.#ackAt = options.clock.now()
    this.#beatTimer = this.#armBeat()
    this.#silenceTimer = this.#armSilence(this.#silenceLimitMs)
  }

  /** Something was heard: any frame counts. */
  sign(): void {
    this.#signAt = this.#options.clock.now()
  }

  /** The router answered a beat. */
  ack(): void {
    this.#ackAt = this.#options.clock.now()
  }

  /** Since the last answer to a beat, or since the start where there was none yet. */
  get ackAgeMs(): number {
    return this.#options.clock.now() - this.#ackAt
  }

  [Symbol.dispose](): void {
    this.#beatTimer[Symbol.dispose]()
    this.#silenceTimer[Symbol.dispose]()
  }

  #armBeat(): Disposable {
    return this.#options.clock.timer(this.#options.intervalMs, () => {
      this.#beatTimer = this.#armBeat()
      this.#options.beat()
    })
  }

  #armSilence(delayMs: number): Disposable {
    const dueAt = this.#options.clock.now() + delayMs
    return this.#options.clock.timer(delayMs, () => this.#onSilenceDue(dueAt))
  }

  #onSilenceDue(dueAt: number): void {
    const { clock, intervalMs, silent } = this.#options
    const leftMs = this.#signAt + this.#silenceLimitMs - clock.now()
    if (leftMs > 0) {
      this.#silenceTimer = this.#armSilence(leftMs)
    } else if (clock.now() - dueAt >= intervalMs) {
      // Rang long after it was due: this process was stopped, not the router, and its answers may wait unread.
      this.#silenceTimer = this.#armSilence(intervalMs)
    } else {
      this[Symbol.dispose]()
      silent(clock.now() - this.#signAt)
    }
  }
}
