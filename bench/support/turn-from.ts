import type { JobToSubmit } from '../../src/dev/dev-router.ts'
import { jobSchema } from '../../src/protocol/job.ts'
import type { Turn } from '../../src/worker/claude/turn.ts'
import { planTurn } from '../../src/worker/jobs/plan-turn.ts'

/** What the worker makes of a job, so that a bare process is asked exactly the same. */
export function turnFrom(job: JobToSubmit): Turn {
  const read = jobSchema.parse({ job_id: 'bare', ...job, type: 'job' })
  return planTurn(read, { policy: undefined, settings: { defaultModel: 'sonnet', builtinTools: [] } }).turn
}
