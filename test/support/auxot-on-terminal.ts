import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { Screen } from '../../src/credentials/setup-token/screen.ts'
import { within } from './event-record.ts'
import { repositoryRoot } from './repository-root.ts'

/** `auxot` at a terminal, with a person who reads and types. */
export class AuxotOnTerminal implements AsyncDisposable {
  /** Everything that was ever written to the terminal. */
  written = ''
  /** Resolves to the exit code, once all it wrote was read. */
  readonly ended: Promise<number>
  readonly #screen = new Screen({ columns: 100, rows: 40 })
  readonly #child: ReturnType<typeof spawn>
  readonly #home = mkdtempSync(join(tmpdir(), 'auxot-on-terminal-'))
  #changed = () => {}
  #hasEnded = false

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [join(repositoryRoot, 'bin', 'run.js'), ...argv], {
      cols: 100,
      rows: 40,
      cwd: this.#home,
      env: {
        PATH: `${process.env.PATH}`,
        HOME: this.#home,
        XDG_CACHE_HOME: join(tmpdir(), 'auxot-test-cache'),
        ...env,
      },
    })
    this.#child.onData((data) => {
      this.written += data
      this.#screen.write(data)
      this.#changed()
    })
    this.ended = new Promise((resolve) => {
      this.#child.onExit(({ exitCode }) => {
        this.#hasEnded = true
        resolve(exitCode)
      })
    })
  }

  type(keys: string): void {
    this.#child.write(keys)
  }

  /** Resolves when the words stand on the screen. */
  async shows(words: string): Promise<void> {
    const look = async (): Promise<void> => {
      const next = new Promise<void>((resolve) => {
        this.#changed = resolve
      })
      if ((await this.lines()).some((line) => line.includes(words))) return
      await next
      return look()
    }
    await within(`"${words}" on the screen of ${JSON.stringify(this.written.slice(-400))}`, look())
  }

  lines(): Promise<readonly string[]> {
    return this.#screen.lines()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill('SIGKILL')
    await this.ended
    this.#screen[Symbol.dispose]()
    rmSync(this.#home, { recursive: true, force: true })
  }
}
