import { clockSeconds } from './clock-time.ts'
import { cutLine } from './cut-line.ts'
import type { StatusDisplay, StatusOutput } from './status-display.ts'
import type { StatusDocument } from './status-document.ts'
import { statusText } from './status-text.ts'

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearScreen = '\u001b[2J'
const toTopLeft = '\u001b[H'
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** How large a terminal is at the moment. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Redraws in place at a terminal. */
export function liveScreen({ print, colour }: StatusOutput, size: () => ScreenSize): StatusDisplay {
  let isFirst = true
  return {
    show: (document) => {
      const start = isFirst ? hideCursor + clearScreen : ''
      isFirst = false
      const lines = fitted(linesOf(document, colour), size())
      print(`${start}${toTopLeft}${lines.map((line) => `${line}${clearLine}\n`).join('')}${clearBelow}`)
    },
    end: () => {
      if (!isFirst) print(showCursor)
    },
  }
}

function linesOf(document: StatusDocument, colour: boolean): string[] {
  const warnings = document.warnings.map(({ message }) => `Warning: ${message}`)
  const below = warnings.length === 0 ? [] : ['', ...warnings]
  return [`${clockSeconds(document.time)}, Ctrl-C ends`, '', ...statusText(document, colour).split('\n'), ...below]
}

/** What wraps would push the rest down, and out at the top. What does not fit is counted in the last line. */
function fitted(lines: readonly string[], { columns, rows }: ScreenSize): readonly string[] {
  const height = rows - 1
  const cut = lines.map((line) => cutLine(line, columns))
  if (cut.length <= height || height < 1) return cut
  return [...cut.slice(0, height - 1), `… ${cut.length - height + 1} more lines`]
}
