import type { SentJob } from '../protocol/job.ts'
import type { ReceivedCapabilities, ReceivedOf, ReceivedWorkerMessage } from '../protocol/worker-messages.ts'
import { type Dialect, dialects } from './routing/dialect.ts'
import type { Faults } from './routing/faults.ts'
import { makeJobId } from './routing/job-from-request.ts'
import type { JobHandle } from './routing/job-handle.ts'
import type { JobMove } from './routing/job-move.ts'
import { type DevRouterOptions, resolveOptions } from './routing/options.ts'
import { RouterParts } from './routing/parts.ts'
import type { SentPolicy } from './routing/policies.ts'
import type { Complaint, ReceivedFrame } from './routing/record.ts'

export type { JobHandle } from './routing/job-handle.ts'
export type { JobMove } from './routing/job-move.ts'
export type { DevRouterOptions } from './routing/options.ts'

/** A worker that jobs are given to, as it stands. */
export interface ConnectedWorker {
  readonly id: string
  readonly capabilities: ReceivedCapabilities | undefined
  readonly slots: number
  /** Whether its `config` has come. */
  readonly configured: boolean
  /** Ids of the jobs it runs. */
  readonly running: readonly string[]
}

/** A job to submit; an id is made unless it has one. */
export type JobToSubmit = Omit<SentJob, 'type' | 'job_id'> & { readonly job_id?: string }

const defaultLimitMs = 60_000

/** A router on this machine that needs no account: for `auxot dev`, and for tests of everything that a router may do. */
export class DevRouter implements AsyncDisposable {
  readonly workerKey: string
  readonly callerKey: string
  readonly #parts: RouterParts
  readonly #dialect: Dialect

  constructor(options: DevRouterOptions) {
    const resolved = resolveOptions(options)
    this.workerKey = resolved.workerKey
    this.callerKey = resolved.callerKey
    this.#parts = new RouterParts(resolved)
    this.#dialect = dialects[resolved.dialect]
  }

  /** Ways to misbehave, for tests. */
  get faults(): Faults {
    return this.#parts.faults
  }

  /** Base of the HTTP side, without a slash at its end. */
  get httpUrl(): string {
    return `http://${this.#parts.listener.authority}`
  }

  get workerUrl(): string {
    return `ws://${this.#parts.listener.authority}/ws`
  }

  get workers(): readonly ConnectedWorker[] {
    return this.#parts.door.seated.map(({ id, capabilities, slots, configured, running }) => {
      return { id, capabilities, slots, configured, running: [...running] }
    })
  }

  /** Ids of the jobs that no worker has yet. */
  get waiting(): readonly string[] {
    return this.#parts.board.waiting
  }

  /** Ids of workers that are gone and left a reader behind, which takes the next job of anybody and drops it. */
  get abandoned(): readonly string[] {
    return this.#parts.board.abandoned
  }

  /** Every job's way to its workers, in order. */
  get moves(): readonly JobMove[] {
    return this.#parts.record.moves
  }

  /** Everything that workers said, in order. */
  get received(): readonly ReceivedFrame[] {
    return this.#parts.record.received
  }

  /** Everything that workers did and a router logs as odd: unreadable frames, messages about jobs they do not run. */
  get complaints(): readonly Complaint[] {
    return this.#parts.record.complaints
  }

  /** The next message of a type that no earlier call has seen. */
  next<Type extends ReceivedWorkerMessage['type']>(
    type: Type,
    filter: (message: ReceivedOf<Type>, connection: string) => boolean = () => true,
    limitMs = defaultLimitMs,
  ): Promise<ReceivedOf<Type>> {
    return this.#parts.record.next(type, filter, limitMs)
  }

  /** Resolves as soon as the condition holds, which is looked at after every change of workers, slots and jobs. */
  until(condition: (router: DevRouter) => boolean, what: string, limitMs = defaultLimitMs): Promise<void> {
    return this.#parts.watchers.until(() => condition(this), limitMs, what)
  }

  /** Resolves when so many workers are in and configured. */
  async ready(count = 1, limitMs = defaultLimitMs): Promise<void> {
    const isReady = () => this.workers.filter(({ configured }) => configured).length === count
    await this.until(isReady, `${count} configured worker(s)`, limitMs)
  }

  submit(job: JobToSubmit): JobHandle {
    return this.#parts.board.submit({ ...job, type: 'job', job_id: job.job_id ?? makeJobId() })
  }

  /** Stops a job. @throws in the public dialect, which cannot. */
  cancel(jobId: string): void {
    this.#mustSpeakCoordinator('cancel')
    this.#parts.board.cancel(jobId)
  }

  /** Replaces the policy and tells every worker. @throws in the public dialect, which cannot. */
  updatePolicy(policy: SentPolicy): void {
    this.#mustSpeakCoordinator('policy_update')
    this.#parts.policy = policy
    for (const worker of this.#parts.door.seated) {
      if (worker.capabilities)
        worker.send({ type: 'policy_update', policy: this.#parts.policyFor(worker.capabilities) })
    }
  }

  /** Opens the port, the same one as before a `stop`. */
  start(): Promise<void> {
    return this.#parts.listener.open()
  }

  /** Breaks everything off, as a router does that is killed. Open jobs are kept and go to whoever comes after `start`. */
  async stop(): Promise<void> {
    await this.#parts.listener.close()
    await this.until(() => this.#parts.door.connections.length === 0, 'every worker connection to end')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    this.#parts.board[Symbol.dispose]()
    const gone = new Error('the development router was closed')
    this.#parts.record.close(gone)
    this.#parts.watchers.close(gone)
  }

  #mustSpeakCoordinator(message: string): void {
    if (!this.#dialect.speaksCoordinator) throw new Error(`the public router never sends "${message}"`)
  }
}

/** Starts a development router; disposing it ends everything it holds. */
export async function startDevRouter(options: DevRouterOptions): Promise<DevRouter> {
  const router = new DevRouter(options)
  await router.start()
  return router
}
