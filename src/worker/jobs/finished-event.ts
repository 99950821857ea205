import type { WorkerEvent } from '../worker-events.ts'
import type { JobOutcome } from './job-outcome.ts'
import type { Settlement } from './settle.ts'

/** What those who watch the worker are told of a job's end. */
export function finishedEvent(jobId: string, outcome: JobOutcome, { name, failure }: Settlement): WorkerEvent {
  const { durationMs, firstTokenMs } = outcome
  const result = outcome.kind === 'completed' ? outcome.result : undefined
  return {
    type: 'job_finished',
    jobId,
    outcome: name,
    durationMs,
    firstTokenMs,
    inputTokens: result?.usage.inputTokens,
    outputTokens: result?.usage.outputTokens,
    costUsd: result?.costUsd,
    failure: failure && { class: failure.class, message: failure.message },
  }
}
