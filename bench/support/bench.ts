import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../src/shared/errors.ts'
import { resolveClaude } from '../../src/worker/claude/find-claude.ts'
import { claudeProgram } from '../../test/support/claude-program.ts'

export interface BenchOptions {
  readonly runs: number
  /** Called with where the bench stands, for people who wait. */
  readonly progress: (text: string) => void
}

/** What every measure gets: the pinned Claude Code, a folder that goes with the bench, and how often to run. */
export class Bench implements Disposable {
  readonly claude: { readonly path: string; readonly version: string }
  readonly runs: number
  readonly progress: (text: string) => void
  readonly folder: string
  #folders = 0

  private constructor(claude: Bench['claude'], { runs, progress }: BenchOptions) {
    this.claude = claude
    this.runs = runs
    this.progress = progress
    this.folder = mkdtempSync(join(tmpdir(), 'auxot-bench-'))
    process.once('exit', this.#removeFolder)
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const program = claudeProgram()
    if (program === undefined)
      throw new UsageError('The pinned Claude Code is not installed', { hint: 'Run "npm ci".' })
    return new Bench(await resolveClaude(program, {}), options)
  }

  /** A path within the folder that nothing has yet. */
  newPath(name: string): string {
    this.#folders += 1
    return join(this.folder, `${name}-${this.#folders}`)
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#removeFolder)
    this.#removeFolder()
  }

  readonly #removeFolder = (): void => {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}
