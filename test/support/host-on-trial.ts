import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type EchoModel, Gate, startEchoModel } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from './claude-program.ts'
import { text } from './job-parts.ts'
import { type AuxotResult, type RunningAuxot, runAuxot, startAuxot } from './run-auxot.ts'

/** A host with a router, a model and workers in the foreground, each a process of its own. */
export class HostOnTrial implements AsyncDisposable {
  readonly router: DevRouter
  readonly model: EchoModel
  /** Where the workers have their sockets; also those of this user that are not the test's are found, so tests name theirs. */
  readonly #runtimeDir = mkdtempSync(join(tmpdir(), 'auxot-run-'))
  readonly #workers: RunningAuxot[] = []

  private constructor(router: DevRouter, model: EchoModel) {
    this.router = router
    this.model = model
  }

  static async open(): Promise<HostOnTrial> {
    return new HostOnTrial(await startDevRouter({ dialect: 'public' }), await startEchoModel())
  }

  /** What an operator of this host has in the environment. */
  get env(): Record<string, string> {
    return {
      CLAUDE_PATH: `${claudeProgram()}`,
      CLAUDE_CODE_OAUTH_TOKEN: inventedToken,
      ANTHROPIC_BASE_URL: this.model.url,
      AUXOT_ROUTER_URL: this.router.httpUrl,
      AUXOT_GPU_KEY: this.router.workerKey,
      XDG_RUNTIME_DIR: this.#runtimeDir,
    }
  }

  /** Starts a worker; resolves when the router has accepted it. */
  async addWorker(...flags: readonly string[]): Promise<RunningAuxot> {
    const argv = ['worker', 'start', '--log-format', 'text', ...flags]
    const worker = startAuxot(argv, { env: this.env })
    this.#workers.push(worker)
    await this.router.ready(this.#workers.length)
    return worker
  }

  /** Gives a job to some worker; it is in hand until `finish` is called. */
  async giveJob(): Promise<{ readonly id: string; finish(): Promise<unknown> }> {
    const gate = new Gate()
    this.model.script({ blocks: [text('one two')], gate })
    const { jobId, done } = this.router.submit({ messages: [{ role: 'user', content: 'count' }] })
    await gate.reached()
    return {
      id: jobId,
      finish: () => {
        gate.open()
        return done
      },
    }
  }

  run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<AuxotResult> {
    return runAuxot(argv, { env: { ...this.env, ...env } })
  }

  start(argv: readonly string[]): RunningAuxot {
    return startAuxot(argv, { env: this.env })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker[Symbol.asyncDispose]()
    await this.router[Symbol.asyncDispose]()
    await this.model[Symbol.asyncDispose]()
    rmSync(this.#runtimeDir, { recursive: true })
  }
}
