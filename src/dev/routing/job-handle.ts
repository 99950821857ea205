import type { ReceivedOf, ReceivedWorkerMessage } from '../../protocol/worker-messages.ts'
import { type ReplayableList, replayableList } from './replayable-list.ts'

/** What a worker says about a job. */
export type JobMessage = Extract<ReceivedWorkerMessage, { job_id: string }>

/** How a job ended. A cancelled one may bring what was produced until then. */
export type JobEnd =
  | { readonly kind: 'complete'; readonly message: ReceivedOf<'complete'> }
  | { readonly kind: 'error'; readonly message: ReceivedOf<'error'> }
  | { readonly kind: 'cancelled'; readonly message?: ReceivedOf<'complete'> | ReceivedOf<'error'> }

/** A job that was given to the router, as its submitter sees it. */
export interface JobHandle {
  readonly jobId: string
  /** Everything workers said about the job; after a redelivery, the second worker's messages behind the first one's. */
  readonly messages: ReplayableList<JobMessage>
  /** Never rejects. */
  readonly done: Promise<JobEnd>
}

/** A handle and its writing end. */
export class OpenHandle implements JobHandle {
  readonly jobId: string
  readonly #messages = replayableList<JobMessage>()
  readonly #done = Promise.withResolvers<JobEnd>()

  constructor(jobId: string) {
    this.jobId = jobId
  }

  get messages(): ReplayableList<JobMessage> {
    return this.#messages.list
  }

  get done(): Promise<JobEnd> {
    return this.#done.promise
  }

  push(message: JobMessage): void {
    this.#messages.push(message)
  }

  /** The first end counts. */
  settle(end: JobEnd): void {
    this.#done.resolve(end)
    this.#messages.end()
  }
}
