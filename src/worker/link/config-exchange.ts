import type { Capabilities, WorkerMessage } from '../../protocol/worker-messages.ts'
import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import type { Secret } from '../../shared/secret.ts'
import type { LinkWarningCode } from './link-handlers.ts'
import { quoted } from './refusal.ts'

/** What the exchange of `config` and `config_ack` needs of its connection. */
export interface ConfigExchangeOptions {
  readonly key: Secret
  readonly capabilities: () => Capabilities
  readonly clock: Clock
  readonly send: (message: WorkerMessage) => void
  readonly warn: (code: LinkWarningCode, message: string) => void
}

/** A router that has not acknowledged `config` after so long will not do it any more. */
const answerLimitMs = 30_000

/**
 * Tells the router what the worker can do. A router that says no, or nothing, is only warned about: it registered the worker at
 * `hello`, jobs may be running, and heartbeats tell whether it is still there.
 */
export class ConfigExchange implements Disposable {
  readonly #options: ConfigExchangeOptions
  #answerTimer: Disposable | undefined
  #announced = ''

  constructor(options: ConfigExchangeOptions) {
    this.#options = options
  }

  /** Sends `config`, with the abilities that the router's policy names, unless the router has been told just that. */
  announce(modelCapabilities: string[]): void {
    const { capabilities, clock, send } = this.#options
    const now = { ...capabilities(), model_capabilities: modelCapabilities }
    if (JSON.stringify(now) === this.#announced) return
    this.#announced = JSON.stringify(now)
    send({ type: 'config', capabilities: now })
    this.#answerTimer ??= clock.timer(answerLimitMs, () => this.#onUnanswered())
  }

  /** The router's `config_ack`. */
  acknowledged(success: boolean, error: string): void {
    this[Symbol.dispose]()
    if (success) return
    const said = quoted(error, this.#options.key) || 'it gave no reason'
    this.#options.warn('CONFIG_REFUSED', `The router did not accept this worker's configuration: ${said}`)
  }

  [Symbol.dispose](): void {
    this.#answerTimer?.[Symbol.dispose]()
    this.#answerTimer = undefined
  }

  #onUnanswered(): void {
    const waited = formatDuration(answerLimitMs)
    this.#options.warn('CONFIG_UNANSWERED', `The router has not acknowledged this worker's configuration for ${waited}`)
  }
}
