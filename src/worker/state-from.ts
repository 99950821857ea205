import type { WorkerState } from '../protocol/worker-state.ts'

/** What a worker's state follows from. */
export interface Situation {
  readonly isAway: boolean
  /** It was decided that the worker leaves the router. */
  readonly isLeaving: boolean
  readonly isConnected: boolean
  /** Jobs that run or wait for a place. */
  readonly jobs: number
  readonly stateBefore: WorkerState
}

/** The state that follows from what is the case; undefined where nothing does: an absence sets its own, and the end is the end. Pure. */
export function stateFrom({ isAway, isLeaving, isConnected, jobs, stateBefore }: Situation): WorkerState | undefined {
  if (isAway || stateBefore === 'stopped') return undefined
  if (isLeaving) return 'draining'
  if (isConnected) return jobs > 0 ? 'busy' : 'idle'
  return stateBefore === 'starting' ? undefined : 'reconnecting'
}
