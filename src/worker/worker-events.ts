import type { WorkerState } from '../protocol/worker-state.ts'
import type { JobOutcomeName } from './jobs/job-outcome.ts'
import type { FailureKind } from './link/link-handlers.ts'

/** What happened to a worker, for the person or script that watches it. Carries no prompt, answer or secret. */
export type WorkerEvent =
  /** A connection is being tried. */
  | { readonly type: 'connecting'; readonly router: string; readonly attempt: number }
  /** The router accepted the worker. */
  | {
      readonly type: 'connected'
      readonly router: string
      readonly workerId: string
      readonly model: string
      readonly slots: number
      readonly builtinTools: readonly string[]
    }
  /** The socket was lost; the next try begins in `retryInMs`. */
  | {
      readonly type: 'disconnected'
      readonly kind: FailureKind
      readonly reason: string
      readonly retryInMs?: number | undefined
    }
  /** `until` (ISO) accompanies rate_limited where the reset is known. */
  | {
      readonly type: 'state'
      readonly from: WorkerState
      readonly to: WorkerState
      readonly reason?: string
      readonly until?: string
    }
  | { readonly type: 'job_started'; readonly jobId: string; readonly model: string }
  | {
      readonly type: 'job_finished'
      readonly jobId: string
      readonly outcome: JobOutcomeName
      readonly durationMs: number
      readonly firstTokenMs?: number | undefined
      readonly inputTokens?: number | undefined
      readonly outputTokens?: number | undefined
      readonly costUsd?: number | undefined
      /** Where the outcome is a failure: its class and the sentence the caller was given. */
      readonly failure?: { readonly class: string; readonly message: string } | undefined
    }
  /** Something the operator should know and the worker can live with. */
  | { readonly type: 'warning'; readonly code: string; readonly message: string }
