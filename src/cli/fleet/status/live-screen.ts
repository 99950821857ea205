import { clockSeconds } from './clock-time.ts'
import type { StatusDisplay, StatusOutput } from './status-display.ts'
import type { StatusDocument } from './status-document.ts'
import { statusText } from './status-text.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
/** Long lines are cut at the edge: what wraps would push the rest down. */
const cutLines = '\u001b[?7l'
const wrapLines = '\u001b[?7h'
const clearScreen = '\u001b[2J'
const toTopLeft = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** Redraws in place at a terminal, of which `rows` tells the height at the moment. */
export function liveScreen({ print, colour }: StatusOutput, rows: () => number): StatusDisplay {
  let isFirst = true
  return {
    show: (document) => {
      const start = isFirst ? hideCursor + cutLines + clearScreen : ''
      isFirst = false
      const lines = fitted(linesOf(document, colour), rows() - 1)
      print(`${start}${toTopLeft}${lines.map((line) => `${line}${clearLine}\n`).join('')}${clearBelow}`)
    },
    end: () => {
      if (!isFirst) print(wrapLines + showCursor)
    },
  }
}

function linesOf(document: StatusDocument, colour: boolean): string[] {
  const warnings = document.warnings.map(({ message }) => `Warning: ${message}`)
  const below = warnings.length === 0 ? [] : ['', ...warnings]
  return [`${clockSeconds(document.time)}, Ctrl-C ends`, '', ...statusText(document, colour).split('\n'), ...below]
}

/** What does not fit is counted in the last line. */
function fitted(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height || height < 1) return lines
  return [...lines.slice(0, height - 1), `… ${lines.length - height + 1} more lines`]
}
