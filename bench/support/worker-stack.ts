import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import type { Bench } from './bench.ts'
import { adopt, endChild } from './children.ts'
import { inventedToken } from './invented-token.ts'
import { canLook, claudesOf } from './processes.ts'

/** The launcher of the built command. */
export const auxotProgram = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const keptOutput = 2_000

/** A development router and one worker of its own: the built command in a process of its own, as operators run it. */
export class WorkerStack implements AsyncDisposable {
  readonly router: DevRouter
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  #output = ''

  private constructor(router: DevRouter, child: WorkerStack['child']) {
    this.router = router
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.#output = (this.#output + text.toString()).slice(-keptOutput)
      })
    }
  }

  /** Resolves when the router has the worker. */
  static async start(bench: Bench, modelUrl: string, flags: readonly string[] = []): Promise<WorkerStack> {
    const router = await startDevRouter({ dialect: 'public' })
    const child = spawn(process.execPath, [auxotProgram, 'worker', 'start', ...flags], {
      env: auxotEnvironment(bench, { router, modelUrl }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stack = new WorkerStack(router, adopt(child))
    try {
      await router.ready(1, 30_000)
    } catch (cause) {
      await stack[Symbol.asyncDispose]()
      throw new Error(`the worker did not get ready: ${stack.#output}`, { cause })
    }
    return stack
  }

  get child(): ChildProcessByStdio<null, Readable, Readable> {
    return this.#child
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** @throws when fewer Claude Code processes are there than a measure is about. */
  mustHaveParked(count: number): void {
    const found = claudesOf(this.pid).length
    if (!canLook || found >= count) return
    throw new Error(`the worker has ${found} parked processes where ${count} were expected: ${this.#output}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGTERM')
    await this.router[Symbol.asyncDispose]()
  }
}

/** Everything the command may see: folders of its own, one router and one model. */
export function auxotEnvironment(
  bench: Bench,
  { router, modelUrl }: { readonly router: DevRouter; readonly modelUrl: string },
): Record<string, string> {
  const home = bench.newPath('worker')
  const tmp = join(home, 'tmp')
  mkdirSync(tmp, { recursive: true })
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TMPDIR: tmp,
    XDG_CACHE_HOME: join(bench.folder, 'cache'),
    CLAUDE_PATH: bench.claude.path,
    CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
    ANTHROPIC_BASE_URL: modelUrl,
    AUXOT_ROUTER_URL: router.workerUrl,
    AUXOT_GPU_KEY: router.workerKey,
  }
}
