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
  readonly clock: Clock
}

/** A look at an engine takes a while; the workers in the foreground answer at once. */
const withEngineMs = 1_000
const withoutEngineMs = 250

/**
 * Looks and shows until it is enough, or the signal aborts.
 * @returns the last document; undefined where the signal aborted before there was one.
 */
export async function observe(
  { take, display, isEnough, clock }: Observation,
  signal: AbortSignal,
): Promise<StatusDocument | undefined> {
  let last: StatusDocument | undefined
  try {
    for (;;) {
      const startedMs = clock.now()
      last = await unlessAborted(take(), signal)
      display.show(last)
      if (isEnough(last)) return last
      const everyMs = last.fleet.backend === null ? withoutEngineMs : withEngineMs
      await clock.sleep(Math.max(withoutEngineMs, startedMs + everyMs - clock.now()), signal)
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
