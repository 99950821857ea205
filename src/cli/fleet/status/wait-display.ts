import type { WaitCondition } from '../../../settings/fleet-kinds.ts'
import type { StatusDisplay, StatusOutput } from './status-display.ts'
import { progressWords } from './wait-condition.ts'

/** What to say beside the looks while something is waited for. */
export interface WaitWords {
  readonly waitFor: WaitCondition
  /** Not how far it is, only why it was given up. */
  readonly isQuiet: boolean
}

/** A display that also tells how far it is from what is waited for, and why waiting was given up. */
export function whileWaiting(
  display: StatusDisplay,
  { tell }: Pick<StatusOutput, 'tell'>,
  { waitFor, isQuiet }: WaitWords,
): StatusDisplay {
  let told: string | undefined
  return {
    show: (document) => {
      display.show(document)
      const words = progressWords(waitFor, document)
      if (!isQuiet && words !== told) tell(`- ${words}`)
      told = words
    },
    end: (last, ended) => {
      display.end(last, ended)
      if (!ended || ended.exit === 'done') return
      tell(`Error: ${ended.message}${last ? `, and ${progressWords(waitFor, last)}` : ''}.`)
    },
  }
}
