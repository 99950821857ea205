import type { ScaleReport } from '../../../fleet/fleet.ts'
import type { DoneAction } from '../../../fleet/scaling/scale-run.ts'
import type { ExitName } from '../../../shared/exit-codes.ts'
import type { OutOfPatienceError } from '../patience.ts'

/** What else decides how a scale ends. */
export interface EndFacts {
  readonly dryRun: boolean
  readonly wait: boolean
  readonly ended: OutOfPatienceError | undefined
}

/** How a scale ends: what a worker says goes first, then what called the waiting off, then what is not as it was wanted. */
export function exitOf({ actions, converged }: ScaleReport, { dryRun, wait, ended }: EndFacts): ExitName {
  if (dryRun) return 'done'
  const results = actions.filter((action): action is DoneAction => 'result' in action)
  if (results.some(({ state }) => state === 'auth_failed')) return 'refused'
  if (results.some(({ result }) => result === 'failed' || result === 'busy')) return 'partial'
  if (ended) return ended.exit
  return converged || !wait ? 'done' : 'partial'
}
