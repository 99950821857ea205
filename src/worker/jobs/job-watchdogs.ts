import type { Clock } from '../../shared/clock.ts'
import type { CancelReason } from './job-cancelled-error.ts'

export interface WatchdogOptions {
  /** For the whole job. */
  readonly totalMs: number
  /** Without a word of Claude Code's. */
  readonly stallMs: number
  readonly clock: Clock
  /** When Claude Code last wrote anything; undefined while no process is at work. */
  readonly lastOutputMs: () => number | undefined
  readonly cancel: (reason: CancelReason) => void
}

/** Watches a job for the two ways of never ending. Disposing stops both. */
export function watchJob(options: WatchdogOptions): Disposable {
  const { clock, totalMs, cancel } = options
  const total = clock.timer(totalMs, () => cancel('time-limit'))
  const stall = watchSilence(options)
  return {
    [Symbol.dispose]: () => {
      total[Symbol.dispose]()
      stall[Symbol.dispose]()
    },
  }
}

/** Rings again for what is left of the limit each time, instead of being set anew at every frame. */
function watchSilence({ clock, stallMs, lastOutputMs, cancel }: WatchdogOptions): Disposable {
  let timer: Disposable
  const look = () => {
    const silentMs = clock.now() - (lastOutputMs() ?? clock.now())
    if (silentMs >= stallMs) cancel('stalled')
    else timer = clock.timer(stallMs - silentMs, look)
  }
  timer = clock.timer(stallMs, look)
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}
