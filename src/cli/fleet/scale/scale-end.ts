import type { ScaleReport } from '../../../fleet/fleet.ts'
import type { DoneAction } from '../../../fleet/scaling/scale-run.ts'
import { AuxotError } from '../../../shared/errors.ts'
import type { ExitName } from '../../../shared/exit-codes.ts'

/** How a scale ends: what called the waiting off goes first, then what a worker says, then what is not as it was wanted. */
export function exitOf(
  { actions, converged }: ScaleReport,
  request: { dryRun: boolean; wait: boolean },
  signal: AbortSignal,
): ExitName {
  if (request.dryRun) return 'done'
  const results = actions.filter((action): action is DoneAction => 'result' in action)
  if (results.some(({ state }) => state === 'auth_failed')) return 'refused'
  if (results.some(({ result }) => result === 'failed' || result === 'busy')) return 'partial'
  if (signal.aborted) return signal.reason instanceof AuxotError ? signal.reason.exit : 'interrupted'
  return converged || !request.wait ? 'done' : 'partial'
}
