import { parseRouterUrl } from '../../../src/protocol/router-url.ts'
import type { AuxotError } from '../../../src/shared/errors.ts'
import type { Log } from '../../../src/shared/log.ts'
import { Secret } from '../../../src/shared/secret.ts'
import type {
  LinkLoss,
  LinkWarningCode,
  RouterConnection,
  UnreadableFrame,
  Welcome,
  WorkMessage,
} from '../../../src/worker/link/link-handlers.ts'
import type { RouterLinkOptions } from '../../../src/worker/link/link-options.ts'
import { RouterLink } from '../../../src/worker/link/router-link.ts'
import { EventRecord } from '../../support/event-record.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** What a link told the worker. */
export type LinkEvent =
  | { readonly type: 'connecting'; readonly attempt: number }
  | { readonly type: 'up'; readonly welcome: Welcome }
  | { readonly type: 'message'; readonly message: WorkMessage; readonly connection: RouterConnection }
  | { readonly type: 'unreadable'; readonly frame: UnreadableFrame; readonly connection: RouterConnection }
  | { readonly type: 'down'; readonly loss: LinkLoss }
  | { readonly type: 'refused'; readonly error: AuxotError }
  | { readonly type: 'warning'; readonly code: LinkWarningCode; readonly message: string }

type EventOf<Type extends LinkEvent['type']> = Extract<LinkEvent, { type: Type }>

/** A line of the log. */
export interface LogLine {
  readonly level: string
  readonly fields: object
  readonly message: string
}

/** The invented key of the worker. */
export const workerKey = new Secret('adm_0123456789abcdefghijklmnop', 'AUXOT_GPU_KEY')

/** What the worker says it is. */
export const capabilities = { backend: 'claude', model: 'sonnet', ctx_size: 200_000, total_slots: 1 }

/** A link whose time the test moves and whose every word is remembered. */
export class LinkOnTrial implements AsyncDisposable {
  readonly clock = new ManualClock()
  readonly events = new EventRecord<LinkEvent>('the link')
  readonly logged: LogLine[] = []
  readonly link: RouterLink

  constructor(url: string, overrides: Partial<RouterLinkOptions> = {}) {
    this.link = new RouterLink({
      address: parseRouterUrl(url),
      key: workerKey,
      capabilities: () => capabilities,
      heartbeatIntervalMs: 10_000,
      reconnectDelayMs: 1_000,
      reconnectMaxDelayMs: 30_000,
      proxy: {},
      clock: this.clock,
      random: () => 0.5,
      log: this.#log(),
      handlers: this.#handlers(),
      ...overrides,
    })
  }

  /** The next event of a type that was not taken before. */
  next<Type extends LinkEvent['type']>(type: Type): Promise<EventOf<Type>> {
    return this.events.take(`"${type}"`, (event): event is EventOf<Type> => event.type === type)
  }

  /** Starts the link and waits until the router has accepted it. */
  async up(): Promise<RouterConnection> {
    this.link.start()
    return (await this.next('up')).welcome.connection
  }

  get types(): string[] {
    return this.events.all.map(({ type }) => type)
  }

  /** The log's sentences of one level. */
  said(level: string): string[] {
    return this.logged.filter((line) => line.level === level).map(({ message }) => message)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.terminate()
  }

  #handlers(): RouterLinkOptions['handlers'] {
    const { events } = this
    return {
      connecting: (attempt) => events.push({ type: 'connecting', attempt }),
      up: (welcome) => events.push({ type: 'up', welcome }),
      message: (message, connection) => events.push({ type: 'message', message, connection }),
      unreadable: (frame, connection) => events.push({ type: 'unreadable', frame, connection }),
      down: (loss) => events.push({ type: 'down', loss }),
      refused: (error) => events.push({ type: 'refused', error }),
      warning: (code, message) => events.push({ type: 'warning', code, message }),
    }
  }

  #log(): Log {
    const write = (level: string) => (fields: object, message: string) => {
      this.logged.push({ level, fields, message })
    }
    const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const
    const log = Object.fromEntries(levels.map((level) => [level, write(level)]))
    return Object.assign(log, { child: () => log }) as unknown as Log
  }
}
