import type { EventEmitter } from 'node:events'
import type { Clock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import { AuxotError } from '../../shared/errors.ts'
import type { ExitName } from '../../shared/exit-codes.ts'

/** Why a command stopped waiting before what it waited for had come. */
export class OutOfPatienceError extends AuxotError {
  constructor(message: string, exit: ExitName) {
    super(message, { code: 'OUT_OF_PATIENCE', exit, retryable: true })
  }
}

export interface PatienceOptions {
  /** Without a limit when absent. */
  readonly limitMs?: number | undefined
  readonly clock: Clock
  /** Who hears signals. */
  readonly emitter: Pick<EventEmitter, 'on' | 'off'>
  /** Where the result goes: nobody waits when nobody reads. */
  readonly output: Pick<EventEmitter, 'once' | 'off'>
}

const signals = {
  SIGINT: ['It was interrupted', 'interrupted'],
  SIGTERM: ['It was told to end', 'terminated'],
  SIGHUP: ['The terminal was closed', 'terminated'],
} as const satisfies Partial<Record<NodeJS.Signals, readonly [string, ExitName]>>

/** Terminals and npx deliver one Ctrl-C twice. */
const echoMs = 1_000

/** Waiting that ends with a time limit, a signal, or with the reader of the result. A second signal ends the process, as it would without us. */
export class Patience implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: Disposable | undefined
  readonly #options: PatienceOptions
  // They stay after the first signal: a library that hears signals too would end the process where nobody else does.
  readonly #listeners = Object.keys(signals).map((name) => {
    return { name, listener: () => this.#signalled(name as keyof typeof signals) }
  })
  readonly #outputOnError = () => this.#end('Nobody reads the result any more', 'done')
  #firstAtMs: number | undefined

  constructor(options: PatienceOptions) {
    const { limitMs, clock, emitter, output } = options
    this.#options = options
    for (const { name, listener } of this.#listeners) emitter.on(name, listener)
    output.once('error', this.#outputOnError)
    if (limitMs !== undefined) {
      this.#timer = clock.timer(limitMs, () => this.#end(`${formatDuration(limitMs)} have passed`, 'timeout'))
    }
  }

  /** Aborts with an OutOfPatienceError. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why there is none left; undefined while there is. */
  get ended(): OutOfPatienceError | undefined {
    return this.signal.aborted ? (this.signal.reason as OutOfPatienceError) : undefined
  }

  [Symbol.dispose](): void {
    const { emitter, output } = this.#options
    for (const { name, listener } of this.#listeners) emitter.off(name, listener)
    output.off('error', this.#outputOnError)
    this.#timer?.[Symbol.dispose]()
  }

  #signalled(name: keyof typeof signals): void {
    const nowMs = this.#options.clock.now()
    if (this.#firstAtMs !== undefined && nowMs - this.#firstAtMs >= echoMs) {
      this[Symbol.dispose]()
      process.kill(process.pid, name)
      return
    }
    this.#firstAtMs ??= nowMs
    const [message, exit] = signals[name]
    this.#end(message, exit)
  }

  #end(...reason: ConstructorParameters<typeof OutOfPatienceError>): void {
    this.#controller.abort(new OutOfPatienceError(...reason))
  }
}
