import { createRequire } from 'node:module'
import type { Terminal } from '@xterm/headless'

/** How large a terminal is. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A terminal nobody sees: it follows cursor moves and erasures, so that what stands on the screen can be read. */
export class Screen implements Disposable {
  readonly #terminal: Terminal

  constructor({ columns, rows }: TerminalSize) {
    // Loaded here: only the set-up needs it. It is CommonJS without names that an import could see.
    const { Terminal: HeadlessTerminal } = createRequire(import.meta.url)('@xterm/headless') as {
      Terminal: typeof Terminal
    }
    this.#terminal = new HeadlessTerminal({ cols: columns, rows, scrollback: 5_000, allowProposedApi: true })
  }

  write(data: string): void {
    this.#terminal.write(data)
  }

  resize({ columns, rows }: TerminalSize): void {
    this.#terminal.resize(columns, rows)
  }

  /** Everything that stands on it, what has scrolled away included. Lines that the terminal itself broke are whole. */
  async lines(): Promise<readonly string[]> {
    // Writing is asynchronous: an empty write is done when all before it are.
    await new Promise<void>((done) => this.#terminal.write('', done))
    const { normal, active } = this.#terminal.buffer
    const lines: string[] = []
    for (const buffer of active === normal ? [normal] : [normal, active]) {
      for (let index = 0; index < buffer.length; index++) {
        const line = buffer.getLine(index)
        const text = line?.translateToString(true) ?? ''
        if (line?.isWrapped) lines.push((lines.pop() ?? '') + text)
        else lines.push(text)
      }
    }
    return lines
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }
}
