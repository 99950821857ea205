import { createHttpApi } from '../http-api.ts'
import { JobBoard, type JobBoardOptions } from '../job-board.ts'
import { Watchers } from '../watchers.ts'
import { dialects } from './dialect.ts'
import { Faults } from './faults.ts'
import { jobFromRequest } from './job-from-request.ts'
import { Listener } from './listener.ts'
import type { ResolvedOptions } from './options.ts'
import { policyFor, type SentPolicy } from './policies.ts'
import { Record } from './record.ts'
import { healthOf, modelsOf } from './totals.ts'
import { WorkerConnection } from './worker-connection.ts'
import { WorkerDoor } from './worker-door.ts'

/** The development router's parts, joined. */
export class RouterParts {
  readonly #options: ResolvedOptions
  readonly record: Record
  readonly watchers = new Watchers()
  readonly board: JobBoard
  readonly door: WorkerDoor
  readonly faults: Faults
  readonly listener: Listener
  /** What workers are told, over the defaults. */
  policy: SentPolicy

  constructor(options: ResolvedOptions) {
    this.#options = options
    this.policy = options.policy
    this.record = new Record(options.recordLimit)
    const changed = () => this.watchers.changed()
    const moved: JobBoardOptions['moved'] = (move) => this.record.move(move)
    this.board = new JobBoard({ ...options, dialect: dialects[options.dialect], moved, changed })
    this.door = new WorkerDoor({
      mode: options.mode,
      workerKey: options.workerKey,
      log: options.log,
      board: this.board,
      record: this.record,
      policyFor: (announced) => this.policyFor(announced),
      changed,
    })
    this.faults = new Faults(() => this.door.connections)
    this.listener = this.#makeListener()
  }

  policyFor(announced: { readonly backend: string; readonly model: string }): SentPolicy {
    return policyFor(announced, this.#options.mode, this.policy)
  }

  #makeListener(): Listener {
    const { host, port } = this.#options
    return new Listener(host, port, {
      onRequest: this.#makeHttpApi(),
      onSocket: (socket, tcp, plan) => this.door.open(new WorkerConnection(socket, tcp), socket, plan),
      takePlan: () => this.faults.takePlan(),
    })
  }

  #makeHttpApi() {
    const { callerKey, liveTools, log, dialect } = this.#options
    return createHttpApi({
      callerKey,
      log,
      submit: (request) => this.board.submit(jobFromRequest(request, liveTools)),
      abandon: (jobId) => {
        // The public router never notices that a caller has gone away.
        if (dialects[dialect].speaksCoordinator) this.board.cancel(jobId)
      },
      health: () => healthOf(this.door.seated),
      models: () => modelsOf(this.door.seated, this.policy.model_name),
    })
  }
}
