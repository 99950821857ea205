import type { StopRequests } from './stop-requests.ts'
import type { WorkerConfig } from './worker-config.ts'

/** The limits that a worker was started with: at one of them it asks to stop, as others do. */
export class OwnLimits {
  readonly #limits: Pick<WorkerConfig, 'exitAfterJobs' | 'exitAfterIdleMs'>
  readonly #stop: StopRequests
  #jobsStarted = 0

  constructor(limits: Pick<WorkerConfig, 'exitAfterJobs' | 'exitAfterIdleMs'>, stop: StopRequests) {
    this.#limits = limits
    this.#stop = stop
  }

  /** How long the worker may be idle; undefined: as long as it likes. */
  get idleMs(): number | undefined {
    return this.#limits.exitAfterIdleMs
  }

  /** The worker has been idle for as long as it may: it leaves in no hurry. */
  idleTooLong(): void {
    this.#stop.ask('drain', { by: '--exit-after-idle', exit: 'terminated' })
  }

  /** A job began. With the last one it leaves, once that and all that runs beside it is done. */
  jobOnStarted(): void {
    this.#jobsStarted += 1
    const { exitAfterJobs } = this.#limits
    if (exitAfterJobs === undefined || this.#jobsStarted < exitAfterJobs) return
    this.#stop.ask('finish', { by: `--exit-after-jobs ${exitAfterJobs}`, exit: 'terminated' })
  }
}
