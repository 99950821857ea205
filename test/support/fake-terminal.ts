import type { OuterTerminal } from '../../src/credentials/setup-token/run-setup-token.ts'
import { Screen, type TerminalSize } from '../../src/credentials/setup-token/screen.ts'
import { within } from './event-record.ts'

/** A person's terminal in memory. */
export class FakeTerminal implements OuterTerminal, Disposable {
  size: TerminalSize
  /** Everything that was ever written to it. */
  written = ''
  readonly #screen: Screen
  #press: ((keys: string) => void) | undefined
  #resized: (() => void) | undefined
  #changed = () => {}

  constructor(size: TerminalSize) {
    this.size = size
    this.#screen = new Screen(size)
  }

  write(data: string): void {
    this.written += data
    this.#screen.write(data)
    this.#changed()
  }

  onKeys(listener: (keys: string) => void): Disposable {
    this.#press = listener
    return {
      [Symbol.dispose]: () => {
        this.#press = undefined
      },
    }
  }

  onResize(listener: () => void): Disposable {
    this.#resized = listener
    return {
      [Symbol.dispose]: () => {
        this.#resized = undefined
      },
    }
  }

  /** Nothing may listen once the program has ended. */
  get isFree(): boolean {
    return this.#press === undefined && this.#resized === undefined
  }

  type(keys: string): void {
    this.#press?.(keys)
  }

  resize(size: TerminalSize): void {
    this.size = size
    this.#screen.resize(size)
    this.#resized?.()
  }

  /** Resolves when the words stand on the screen. */
  async shows(words: string): Promise<void> {
    const look = async (): Promise<void> => {
      const next = new Promise<void>((resolve) => {
        this.#changed = resolve
      })
      if ((await this.#screen.lines()).some((line) => line.includes(words))) return
      await next
      return look()
    }
    await within(`"${words}" on the screen`, look())
  }

  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]()
  }
}
