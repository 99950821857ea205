import { clockSeconds } from './clock-time.ts'
import { statusChanges } from './status-changes.ts'
import type { StatusDisplay, StatusOutput } from './status-display.ts'
import type { StatusDocument } from './status-document.ts'
import { statusText } from './status-text.ts'

/** The last look as a table. */
export function lastTable({ print, tell, colour }: StatusOutput): StatusDisplay {
  return {
    show: () => {},
    end: (last) => {
      if (!last) return
      print(`${statusText(last, colour)}\n`)
      for (const { message } of last.warnings) tell(`Warning: ${message}`)
    },
  }
}

/** A line for each change, and for each warning when it comes up. */
export function eachChange({ print, tell }: StatusOutput): StatusDisplay {
  let before: StatusDocument | undefined
  return {
    show: (document) => {
      for (const line of statusChanges(before, document)) print(`${line}\n`)
      const known = before?.warnings.map(({ message }) => message) ?? []
      const fresh = document.warnings.filter(({ message }) => !known.includes(message))
      for (const { message } of fresh) tell(`${clockSeconds(document.time)} Warning: ${message}`)
      before = document
    },
    end: () => {},
  }
}
