import type { ReadStream, WriteStream } from 'node:tty'
import type { OuterTerminal } from '../../credentials/setup-token/run-setup-token.ts'

/** The terminal of this process. What is shown goes to stderr: stdout is for the result. */
export function outerTerminal(input: ReadStream, output: WriteStream): OuterTerminal {
  return {
    get size() {
      return { columns: output.columns || 80, rows: output.rows || 24 }
    },
    write: (data) => void output.write(data),
    onKeys: (listener) => {
      const onData = (data: Buffer | string) => listener(data.toString())
      input.setRawMode(true)
      input.setEncoding('utf8').on('data', onData).resume()
      return {
        [Symbol.dispose]: () => {
          input.off('data', onData).pause()
          input.setRawMode(false)
        },
      }
    },
    onResize: (listener) => {
      output.on('resize', listener)
      return { [Symbol.dispose]: () => void output.off('resize', listener) }
    },
  }
}
