import type { ExitName } from '../shared/exit-codes.ts'
import type { ClaudePool } from './claude/claude-pool.ts'
import type { JobDesk } from './jobs/job-desk.ts'
import type { RouterLink } from './link/router-link.ts'
import type { WorkerExit } from './worker-exit.ts'

export interface WorkerEndOptions {
  readonly link: RouterLink
  readonly desk: JobDesk
  readonly claude: ClaudePool
}

/** A worker's end. Whatever still runs belongs to the connection that is closed here, and so to the router again. */
export class WorkerEnd {
  readonly #options: WorkerEndOptions
  readonly #reached = Promise.withResolvers<WorkerExit>()
  /** How it is about to end; being killed replaces what was decided before. */
  #exit: WorkerExit | undefined

  constructor(options: WorkerEndOptions) {
    this.#options = options
  }

  /** Resolves with how the worker ended, once its socket is gone. */
  get reached(): Promise<WorkerExit> {
    return this.#reached.promise
  }

  /** Ends the worker in order: what was sent is written, and the router is told goodbye. The first exit counts. */
  finish(exit: WorkerExit): void {
    this.#giveJobsUp()
    this.#exit ??= exit
    void this.#options.link.close().then(() => this.#reached.resolve(this.#exit ?? exit))
  }

  /** Ends the worker, and every Claude Code with it, without waiting for anything. */
  kill(name: ExitName): void {
    const { link, claude } = this.#options
    const exit = { exit: name }
    this.#giveJobsUp()
    claude.kill()
    this.#exit = exit
    void link.terminate().then(() => this.#reached.resolve(exit))
  }

  #giveJobsUp(): void {
    const { link, desk } = this.#options
    if (link.connection) desk.connectionLost(link.connection)
  }
}
