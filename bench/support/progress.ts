import type { WriteStream } from 'node:tty'

/** Where the bench stands, for people who wait. */
export interface Progress {
  begin(measure: string): void
  step(text: string): void
  end(): void
}

/** A line that changes on a terminal; elsewhere one line for each measure. */
export function createProgress(stream: WriteStream): Progress {
  const clear = '\r\x1b[K'
  const isTerminal = stream.isTTY === true
  let current = ''
  return {
    begin: (measure) => {
      current = measure
      stream.write(isTerminal ? `${clear}${measure}` : `${measure} …\n`)
    },
    step: (text) => {
      if (isTerminal) stream.write(`${clear}${current}: ${text}`)
    },
    end: () => {
      if (isTerminal) stream.write(clear)
    },
  }
}
