import { EventEmitter } from 'node:events'

/** How a stop was asked for, from the politest to the last. */
export type StopStep =
  /** In no hurry: an idle worker lingers for a harmless moment. */
  | 'drain'
  /** In a hurry: finish what runs, leave when idle. */
  | 'finish'
  /** Cancel what runs (TERM, grace, KILL), then leave. */
  | 'cancel'
  /** KILL what is left and leave now. */
  | 'kill'

const order: readonly StopStep[] = ['drain', 'finish', 'cancel', 'kill']

/** Who asked, for the log and the exit code. */
export interface StopCause {
  /** A sentence's middle: `SIGTERM`, `worker drain`, `--once`. */
  readonly by: string
  /** What forcing leads to: 130 for SIGINT, 143 for everything else. */
  readonly exit: 'interrupted' | 'terminated'
}

/**
 * Where everybody who wants the worker to stop says so; the worker alone acts on it.
 * Steps only ever get harder, and asking for a step twice is harmless.
 */
export class StopRequests {
  readonly #emitter = new EventEmitter<{ step: [StopStep, StopCause] }>()
  #step: StopStep | undefined
  #cause: StopCause | undefined

  /** The hardest step asked for so far. */
  get step(): StopStep | undefined {
    return this.#step
  }

  /** Who asked for the hardest step. */
  get cause(): StopCause | undefined {
    return this.#cause
  }

  /** Asks for a step. Returns false when the same or a harder one was asked for before. */
  ask(step: StopStep, cause: StopCause): boolean {
    if (this.#step && order.indexOf(step) <= order.indexOf(this.#step)) return false
    this.#step = step
    this.#cause = cause
    this.#emitter.emit('step', step, cause)
    return true
  }

  onStep(listener: (step: StopStep, cause: StopCause) => void): Disposable {
    this.#emitter.on('step', listener)
    return { [Symbol.dispose]: () => this.#emitter.off('step', listener) }
  }
}
