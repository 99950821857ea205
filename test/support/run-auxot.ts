import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryRoot } from './repository-root.ts'

/** How `auxot` is to be run. */
export interface AuxotRun {
  /** On top of an environment that holds nothing but PATH and private folders. */
  readonly env?: Readonly<Record<string, string>>
  /** What it reads on stdin; nothing when absent. */
  readonly input?: string
  /** Killed, and the test failed, after that long. */
  readonly limitMs?: number
  /** `bin/run.js` of the checkout unless told otherwise. */
  readonly program?: string
}

/** How it ended. */
export interface AuxotResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line to its end, in folders of its own. */
export async function runAuxot(argv: readonly string[], options: AuxotRun = {}): Promise<AuxotResult> {
  await using running = startAuxot(argv, options)
  return await running.ended
}

/** A running `auxot`; killed when disposed. */
export interface RunningAuxot extends AsyncDisposable {
  readonly pid: number
  readonly ended: Promise<AuxotResult>
  /** Resolves with the first line of stdout or stderr that the pattern matches. */
  line(pattern: RegExp): Promise<string>
  signal(name: NodeJS.Signals): void
}

/** Starts the built command line, in folders of its own. */
export function startAuxot(argv: readonly string[], options: AuxotRun = {}): RunningAuxot {
  const { env = {}, input = '', limitMs = 100_000, program = join(repositoryRoot, 'bin', 'run.js') } = options
  const home = mkdtempSync(join(tmpdir(), 'auxot-home-'))
  const child = spawn(process.execPath, [program, ...argv], { env: { ...privateEnv(home), ...env }, cwd: home })
  const output = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const watch of watchers) watch()
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
  let isOver = false
  const ended = once(child, 'close').then(([code, signal]) => {
    clearTimeout(limit)
    isOver = true
    for (const watch of watchers) watch()
    return { code, signal, ...output } as AuxotResult
  })
  return {
    pid: child.pid ?? 0,
    ended,
    signal: (name) => void child.kill(name),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = `${output.stdout}\n${output.stderr}`.split('\n').find((line) => pattern.test(line))
          if (found !== undefined) resolve(found)
          else if (isOver) reject(new Error(`auxot ended without a line like ${pattern}: ${JSON.stringify(output)}`))
          else return
          watchers.delete(look)
        }
        watchers.add(look)
        look()
      }),
    [Symbol.asyncDispose]: async () => {
      if (!isOver) child.kill('SIGKILL')
      await ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function privateEnv(home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CACHE_HOME: join(tmpdir(), 'auxot-test-cache'),
    LANG: 'C.UTF-8',
  }
}
