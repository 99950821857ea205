import type { StatusDisplay, StatusOutput } from './status-display.ts'

/** The last look as a document. */
export function lastDocument({ print }: StatusOutput): StatusDisplay {
  return {
    show: () => {},
    end: (last) => {
      if (last) print(`${JSON.stringify(last, undefined, 2)}\n`)
    },
  }
}

/** Every look as a document on a line of its own. */
export function eachDocument({ print }: StatusOutput): StatusDisplay {
  return { show: (document) => print(`${JSON.stringify(document)}\n`), end: () => {} }
}
