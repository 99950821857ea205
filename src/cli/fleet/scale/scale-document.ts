import { jobOf } from '../../../fleet/member.ts'
import type { ScaleAction } from '../../../fleet/scale-plan.ts'
import type { DoneAction } from '../../../fleet/scaling/scale-run.ts'
import type { ExitName } from '../../../shared/exit-codes.ts'

/** What a scale came to. */
export interface ScaleOutcome {
  readonly fleet: string
  readonly requested: number
  readonly before: number
  readonly after: number
  readonly changed: boolean
  /** The fleet is what was wanted, and all of it is ready. */
  readonly converged: boolean
  readonly dryRun: boolean
  readonly actions: readonly (ScaleAction | DoneAction)[]
  readonly exit: ExitName
}

/** A scale as scripts read it, `auxot.worker.scale/v1`. */
export function scaleDocument({ exit: _, actions, ...outcome }: ScaleOutcome) {
  return { schema: 'auxot.worker.scale/v1', ...outcome, actions: actions.map(actionFacts) }
}

function actionFacts(action: ScaleAction | DoneAction) {
  const { op, worker, slot, reason, member } = action
  const done = 'result' in action ? action : undefined
  return {
    op,
    worker,
    slot,
    reason,
    ...(member && { was: member.state }),
    ...(member && jobOf(member) !== undefined && { job: jobOf(member) }),
    ...(done && { result: done.result, durationMs: done.durationMs }),
    ...(done?.state && { state: done.state }),
    ...(done?.detail !== undefined && { detail: done.detail }),
  }
}
