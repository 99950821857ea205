import { type Clock, systemClock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { JobRequest } from '../http/job-request.ts'
import type { DialectName } from './dialect.ts'
import { makeCallerKey, makeWorkerKey } from './keys.ts'
import type { LiveToolRunner } from './live-tools.ts'
import type { RouterMode, SentPolicy } from './policies.ts'
import { publicLengths, type ReaderLengths } from './readers/reader-lengths.ts'

export interface DevRouterOptions {
  /** Loopback unless told otherwise. */
  readonly host?: string | undefined
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined
  readonly dialect: DialectName
  /** Which workers are taken for what; `cli` unless told otherwise. */
  readonly mode?: RouterMode | undefined
  /** Made at start unless given. */
  readonly workerKey?: string | undefined
  /** Made at start unless given. */
  readonly callerKey?: string | undefined
  /** What workers are told, over the defaults. */
  readonly policy?: SentPolicy | undefined
  /**
   * How jobs get to workers. `immediate`, the default: at once. `windows`: as readers fetch them that wait in windows and stay
   * behind when their worker goes, which is the real public router's way; public dialect only.
   */
  readonly readers?: 'immediate' | 'windows' | undefined
  /** Other times than the public router's for `windows`. */
  readonly readerLengths?: Partial<ReaderLengths> | undefined
  /** How long the job of a lost worker waits before another may have it; 0 unless told otherwise. Not for `windows`. */
  readonly redeliverAfterMs?: number | undefined
  /** How long a cancelled job keeps its slot when its worker says nothing more about it; 2 s unless told otherwise. */
  readonly cancelSettleMs?: number | undefined
  /** Answers live tool calls; coordinator only. */
  readonly onToolCall?: LiveToolRunner | undefined
  /** Tools that are added to every API caller's request and run through `onToolCall`; coordinator only. */
  readonly liveTools?: JobRequest['tools']
  /** How many received messages, and how many moves of jobs, are kept; 100 000 unless told otherwise. */
  readonly recordLimit?: number | undefined
  /** What jobs and readers go by; the system's unless told otherwise. */
  readonly clock?: Clock | undefined
  readonly log?: Log | undefined
}

/** The options with their defaults. */
export function resolveOptions(options: DevRouterOptions) {
  return {
    ...options,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    mode: options.mode ?? ('cli' as const),
    workerKey: options.workerKey ?? makeWorkerKey(),
    callerKey: options.callerKey ?? makeCallerKey(),
    policy: options.policy ?? {},
    readerLengths: readerLengthsOf(options),
    redeliverAfterMs: options.redeliverAfterMs ?? 0,
    cancelSettleMs: options.cancelSettleMs ?? 2_000,
    recordLimit: options.recordLimit ?? 100_000,
    clock: options.clock ?? systemClock,
  }
}

function readerLengthsOf({ readers, readerLengths, dialect }: DevRouterOptions): ReaderLengths | undefined {
  if (readers !== 'windows') return undefined
  if (dialect !== 'public') throw new Error('only the public router reads jobs in windows')
  return { ...publicLengths, ...readerLengths }
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>
