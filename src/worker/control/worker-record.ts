import type { Clock } from '../../shared/clock.ts'
import { type JobOutcomeName, jobOutcomeNames } from '../jobs/job-outcome.ts'
import { type FailureKind, failureKinds } from '../link/link-handlers.ts'
import type { WorkerEvent } from '../worker-events.ts'

export type JobFinished = Extract<WorkerEvent, { type: 'job_finished' }>

/** A job that is under way. */
export interface JobUnderWay {
  readonly id: string
  readonly model: string
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
}

/** What has become of a worker's jobs and connections since it began, from its events. Everything is there at zero from the start. */
export class WorkerRecord {
  readonly startedAtMs: number
  readonly finished: Record<JobOutcomeName, number> = zeros(jobOutcomeNames)
  /** Connections that were lost or could not be made: after each the worker tries again. */
  readonly disconnects: Record<FailureKind, number> = zeros(failureKinds)
  readonly tokens = { input: 0, output: 0 }
  started = 0
  costUsd = 0
  /** The router's name for the worker; undefined before the first connection. */
  workerId: string | undefined
  /** Called with every job that has ended. */
  onFinished: ((job: JobFinished) => void) | undefined
  readonly #clock: Pick<Clock, 'now'>
  readonly #running = new Map<string, JobUnderWay>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.startedAtMs = clock.now()
  }

  get running(): readonly JobUnderWay[] {
    return [...this.#running.values()]
  }

  note(event: WorkerEvent): void {
    switch (event.type) {
      case 'connected':
        this.workerId = event.workerId === '' ? undefined : event.workerId
        break
      case 'disconnected':
        this.disconnects[event.kind] += 1
        break
      case 'job_started':
        this.started += 1
        this.#running.set(event.jobId, { id: event.jobId, model: event.model, startedAtMs: this.#clock.now() })
        break
      case 'job_finished':
        this.#noteFinished(event)
        break
      case 'connecting':
      case 'state':
      case 'warning':
        break
    }
  }

  #noteFinished(job: JobFinished): void {
    this.#running.delete(job.jobId)
    this.finished[job.outcome] += 1
    this.tokens.input += job.inputTokens ?? 0
    this.tokens.output += job.outputTokens ?? 0
    this.costUsd += job.costUsd ?? 0
    this.onFinished?.(job)
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
