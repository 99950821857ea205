import type { RateLimit } from './claude/claude-event.ts'
import type { NotedField } from './jobs/plan-note.ts'
import type { Standing } from './state-keeper.ts'

/** A worker as it is at one moment, for those who tell others about it. */
export interface WorkerView extends Standing {
  /** When the state is expected to end, milliseconds since the epoch; undefined where nobody knows. */
  readonly untilMs: number | undefined
  /** Jobs that run or wait for a place. */
  readonly jobsInHand: number
  /** Since the router last answered a heartbeat; undefined while there is no connection. */
  readonly heartbeatAckAgeMs: number | undefined
  /** The last that was heard of the subscription's limit. */
  readonly rateLimit: RateLimit | undefined
  /** How often each field of a job asked for what cannot be done. */
  readonly noted: Readonly<Record<NotedField, number>>
}
