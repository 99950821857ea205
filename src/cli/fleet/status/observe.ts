import type { Clock } from '../../../shared/clock.ts'
import type { StatusDisplay } from './status-display.ts'
import type { StatusDocument } from './status-document.ts'
import type { TakeStatus } from './take-status.ts'

/** What is looked at, and for how long. */
export interface Observation {
  readonly take: TakeStatus
  readonly display: StatusDisplay
  /** Whether this was the last look. */
  readonly isEnough: (document: StatusDocument) => boolean
  /** Nobody watches, and what comes after the last look waits for it. */
  readonly hurries: boolean
  readonly clock: Clock
}

const everyMs = 1_000
/** Workers in the foreground answer at once; a look at an engine takes a while. */
const inAHurryMs = 250

/**
 * Looks and shows until it is enough, or the signal aborts.
 * @returns the last document; undefined where the signal aborted before there was one.
 */
export async function observe(
  { take, display, isEnough, hurries, clock }: Observation,
  signal: AbortSignal,
): Promise<StatusDocument | undefined> {
  let last: StatusDocument | undefined
  try {
    for (;;) {
      const startedMs = clock.now()
      last = await unlessAborted(take(), signal)
      display.show(last)
      if (isEnough(last)) return last
      const paceMs = hurries && last.fleet.backend === null ? inAHurryMs : everyMs
      await clock.sleep(Math.max(inAHurryMs, startedMs + paceMs - clock.now()), signal)
    }
  } catch (error) {
    if (signal.aborted) return last
    throw error
  }
}

/** A look that is under way is not waited for. */
async function unlessAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([value, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
