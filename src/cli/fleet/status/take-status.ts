import type { Clock } from '../../../shared/clock.ts'
import { look, type StatusSources } from './look.ts'
import type { StatusDocument, StatusFacts } from './status-document.ts'

/** Takes the status of this moment. */
export type TakeStatus = () => Promise<StatusDocument>

export interface TakeOptions extends StatusFacts {
  /** Made anew for every look: an engine may come and go. */
  readonly sources: () => StatusSources
  /** Nothing is looked at again by itself: doubts are cleared up by a second look. */
  readonly isOnce: boolean
  readonly clock: Clock
}

/** Long enough for a change that was under way, and for a router to notice it. */
const secondLookAfterMs = 400

/** What looks, and remembers what the look before saw. */
export function statusTaker(options: TakeOptions): TakeStatus {
  const { isOnce, clock } = options
  let before: StatusDocument | undefined
  return async () => {
    let now = await take(options)
    const { confirmedBy, needsConfirmation } = await import('./disagreements.ts')
    if (isOnce && needsConfirmation(now)) {
      before = now
      await clock.sleep(secondLookAfterMs)
      now = await take(options)
    }
    const confirmed = confirmedBy(before, now)
    before = now
    return confirmed
  }
}

/** What makes a document of a look is loaded while the others are being asked. */
async function take({ sources, clock, ...facts }: TakeOptions): Promise<StatusDocument> {
  const [sight, { statusDocument }] = await Promise.all([look(sources(), clock), import('./status-document.ts')])
  return statusDocument(sight, facts)
}
