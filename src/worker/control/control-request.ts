import { z } from 'zod'
import type { WorkerState } from '../../protocol/worker-state.ts'
import type { ReportedJob, StatusReport } from './status-report.ts'

/**
 * What may be asked of a worker through its control socket, one JSON document a line. A member that is not known is refused:
 * who asks for less than a whole drain must not get one from an older worker.
 */
export const controlRequest = z.discriminatedUnion('op', [
  /** How do you do? */
  z.strictObject({ op: z.literal('status') }),
  /** Leave in no hurry; with `ifIdle` only if no job is in hand. */
  z.strictObject({ op: z.literal('drain'), ifIdle: z.boolean().optional() }),
  /** Finish what runs and leave; with `force` cancel it. */
  z.strictObject({ op: z.literal('stop'), force: z.boolean().optional() }),
  /** Whoever keeps you away from the router is to be asked again now. */
  z.strictObject({ op: z.literal('retry') }),
])
export type ControlRequest = z.infer<typeof controlRequest>

/** What became of a request to do something. */
interface ControlDecision {
  readonly schema: 'auxot.worker.decision/v1'
  readonly op: Exclude<ControlRequest['op'], 'status'>
  /** The worker leaves, or tries again; false where it has a job in hand (`ifIdle`), or nothing to try again. */
  readonly accepted: boolean
  /** As it is with the decision made. */
  readonly state: WorkerState
  /** The jobs that are under way. */
  readonly running: readonly ReportedJob[]
}

/** A request that could not be understood. */
export interface ControlRefusal {
  readonly schema: 'auxot.error/v1'
  readonly error: {
    readonly code: 'USAGE'
    readonly message: string
    readonly exitCode: number
    readonly retryable: false
  }
}

export type ControlAnswer = StatusReport | ControlDecision | ControlRefusal
