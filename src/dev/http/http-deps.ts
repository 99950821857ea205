import type { Log } from '../../shared/log.ts'
import type { JobHandle } from '../routing/job-handle.ts'
import type { JobRequest } from './job-request.ts'

/** What the HTTP side asks of the router behind it. */
export interface HttpDeps {
  readonly callerKey: string
  readonly log: Log | undefined
  submit(request: JobRequest): JobHandle
  /** The job's caller has gone away. */
  abandon(jobId: string): void
  health(): object
  /** Names of the models that can be asked for. */
  models(): readonly string[]
}
