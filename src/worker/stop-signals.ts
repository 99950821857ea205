import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { StopRequests, StopStep } from './stop-requests.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'] as const
type StopSignal = (typeof signals)[number]

/** What hears signals: the process, or a test's emitter. */
interface SignalEmitter {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown
}

export interface StopSignalDeps {
  readonly emitter: SignalEmitter
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'info' | 'warn'>
}

/** The steps that signals ask for, each with what happens now and what the next signal does. */
const steps: readonly { readonly step: StopStep; readonly level: 'info' | 'warn'; readonly says: string }[] = [
  { step: 'finish', level: 'info', says: 'finishing what runs, then leaving; the next signal cancels it' },
  { step: 'cancel', level: 'warn', says: 'cancelling what runs; the next signal kills it' },
  { step: 'kill', level: 'warn', says: 'killing what is left and leaving now' },
]

/** Terminals and npx deliver one Ctrl-C twice. */
const sameSignalWithinMs = 1_000

/**
 * Turns SIGINT, SIGTERM, SIGQUIT and SIGHUP into requests to stop: the first finishes, the second cancels, the third kills.
 * It only asks; leaving is the worker's business.
 */
export function listenForStopSignals(stop: StopRequests, { emitter, clock, log }: StopSignalDeps): Disposable {
  const lastHeard = new Map<StopSignal, number>()
  let count = 0
  const signalOnProcess = (signal: StopSignal): void => {
    const now = clock.now()
    const repeated = now - (lastHeard.get(signal) ?? Number.NEGATIVE_INFINITY) < sameSignalWithinMs
    if (repeated) return
    lastHeard.set(signal, now)
    count++
    const next = nextStep(stop.step, count)
    if (!next) return
    log[next.level]({ signal }, `${signal}: ${next.says}`)
    stop.ask(next.step, { by: signal, exit: signal === 'SIGINT' ? 'interrupted' : 'terminated' })
  }
  for (const signal of signals) emitter.on(signal, signalOnProcess)
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) emitter.off(signal, signalOnProcess)
    },
  }
}

/** The first signal never asks for more than what is asked for already; later ones go on behind it. */
function nextStep(asked: StopStep | undefined, count: number) {
  const reached = steps.findIndex(({ step }) => step === asked)
  return steps[count === 1 ? Math.max(reached, 0) : Math.min(Math.max(reached + 1, count - 1), steps.length - 1)]
}
