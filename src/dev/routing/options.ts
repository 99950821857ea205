import type { Log } from '../../shared/log.ts'
import type { JobRequest } from '../http/job-request.ts'
import type { DialectName } from './dialect.ts'
import { makeCallerKey, makeWorkerKey } from './keys.ts'
import type { LiveToolRunner } from './live-tools.ts'
import type { RouterMode, SentPolicy } from './policies.ts'

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
  /** How long the job of a lost worker waits before another may have it; 0 unless told otherwise. */
  readonly redeliverAfterMs?: number | undefined
  /** How long a cancelled job keeps its slot when its worker says nothing more about it; 2 s unless told otherwise. */
  readonly cancelSettleMs?: number | undefined
  /** Answers live tool calls; coordinator only. */
  readonly onToolCall?: LiveToolRunner | undefined
  /** Tools that are added to every API caller's request and run through `onToolCall`; coordinator only. */
  readonly liveTools?: JobRequest['tools']
  /** How many received messages are kept; 100 000 unless told otherwise. */
  readonly recordLimit?: number | undefined
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
    redeliverAfterMs: options.redeliverAfterMs ?? 0,
    cancelSettleMs: options.cancelSettleMs ?? 2_000,
    recordLimit: options.recordLimit ?? 100_000,
  }
}

export type ResolvedOptions = ReturnType<typeof resolveOptions>
