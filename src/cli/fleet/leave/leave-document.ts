import type { Leaving } from './leave-one.ts'
import type { LeaveOutcome } from './run-leave.ts'

/** What came of letting workers leave as scripts read it, `auxot.worker.drain/v1` or `auxot.worker.stop/v1`. */
export function leaveDocument(verb: 'drain' | 'stop', { leavings, waited, engineError }: LeaveOutcome) {
  return {
    schema: `auxot.worker.${verb}/v1`,
    waited,
    workers: leavings.map(leavingFacts),
    warnings: engineError ? [{ code: 'ENGINE_UNUSABLE', message: engineError.message }] : [],
  }
}

function leavingFacts({ target, accepted, state, job, reason, left, durationMs }: Leaving) {
  const { id, fleet, container, pid } = target
  return {
    id,
    fleet,
    ...(container !== undefined && { container }),
    ...(pid !== undefined && { pid }),
    accepted,
    state,
    ...(job && { job: { id: job.id, startedAt: job.startedAt, elapsedMs: job.elapsedMs } }),
    ...(reason !== undefined && { reason }),
    left,
    durationMs,
  }
}
