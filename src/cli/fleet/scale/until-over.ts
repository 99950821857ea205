import type { Clock } from '../../../shared/clock.ts'
import { AuxotError } from '../../../shared/errors.ts'
import type { ExitName } from '../../../shared/exit-codes.ts'

/** The end of a command's waiting, by time or by signal. */
export interface UntilOver extends Disposable {
  readonly signal: AbortSignal
}

/** Waiting ends after `limitMs`, and with the first signal. A second signal ends the process, as it would without us. */
export function untilOver(limitMs: number, clock: Clock): UntilOver {
  const over = new AbortController()
  const end = (name: string, exit: ExitName) => over.abort(new AuxotError(name, { code: 'OVER', exit }))
  const timer = clock.timer(limitMs, () => end('the time is over', 'timeout'))
  const onInterrupt = () => end('SIGINT', 'interrupted')
  const onTerminate = () => end('SIGTERM', 'terminated')
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onTerminate)
  return {
    signal: over.signal,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]()
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}
