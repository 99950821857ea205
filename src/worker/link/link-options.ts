import type { ProxySettings } from '../../protocol/proxy-rules.ts'
import type { RouterAddress } from '../../protocol/router-url.ts'
import type { Capabilities } from '../../protocol/worker-messages.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { Secret } from '../../shared/secret.ts'
import type { LinkHandlers } from './link-handlers.ts'

/** What a link to a router needs. Times in milliseconds. */
export interface RouterLinkOptions {
  readonly address: RouterAddress
  readonly key: Secret
  /** What the worker can do at the moment of asking; `model_capabilities` is added by the link. */
  readonly capabilities: () => Capabilities
  readonly heartbeatIntervalMs: number
  readonly reconnectDelayMs: number
  readonly reconnectMaxDelayMs: number
  readonly proxy: ProxySettings
  /** PEM text of certificates that are trusted beside the built-in ones. */
  readonly extraCa?: string | Buffer | undefined
  readonly clock: Clock
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number
  readonly log: Log
  readonly handlers: LinkHandlers
}
