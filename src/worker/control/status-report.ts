import type { WorkerState } from '../../protocol/worker-state.ts'
import type { Clock } from '../../shared/clock.ts'
import { isoMoment } from '../../shared/iso-moment.ts'
import { createRedactor } from '../../shared/redact.ts'
import { auxotVersion } from '../../shared/version.ts'
import type { RateLimit } from '../claude/claude-event.ts'
import type { ClaudePool } from '../claude/claude-pool.ts'
import type { PoolStats } from '../claude/pool-stats.ts'
import type { JobOutcomeName } from '../jobs/job-outcome.ts'
import type { NotedField } from '../jobs/plan-note.ts'
import type { ClaudeCredential, WorkerConfig } from '../worker-config.ts'
import type { WorkerView } from '../worker-view.ts'
import type { WorkerRecord } from './worker-record.ts'

/** One worker as it tells about itself. Moments are ISO 8601; what is not known is absent. No secret, no prompt, no answer. */
export interface StatusReport {
  readonly schema: 'auxot.worker.report/v1'
  /** The router's name for it. */
  readonly id?: string | undefined
  readonly pid: number
  readonly version: string
  readonly state: WorkerState
  readonly since: string
  /** When the state is expected to end. */
  readonly until?: string | undefined
  readonly reason?: string | undefined
  readonly startedAt: string
  readonly router: string
  readonly slots: { readonly total: number; readonly inUse: number }
  /** Counts since it began. */
  readonly jobs: Readonly<Record<'started' | JobOutcomeName, number>>
  readonly running: readonly ReportedJob[]
  /** Absent while there is no connection. */
  readonly heartbeatAckAgeMs?: number | undefined
  readonly claude: ReportedClaude
  /** How often jobs asked for what Claude cannot do, by field. */
  readonly notes: Readonly<Record<NotedField, number>>
}

export interface ReportedJob {
  readonly id: string
  readonly model: string
  readonly startedAt: string
  readonly elapsedMs: number
}

interface ReportedClaude {
  readonly version: string
  readonly credential?: ReportedCredential | undefined
  /** The last that was heard of the subscription's limit. */
  readonly rateLimit?: ReportedLimit | undefined
  readonly processes: { readonly parked: number; readonly kept: number; readonly lent: number }
  readonly turns: PoolStats
}

interface ReportedCredential extends Pick<ClaudeCredential, 'kind'> {
  readonly source: string
  readonly expiresAt?: string | undefined
}

interface ReportedLimit extends Pick<RateLimit, 'status' | 'window' | 'resetFrom'> {
  readonly resetsAt?: string | undefined
}

/** Everything that a worker's report and metrics are made of. */
export interface ReportSources {
  readonly config: WorkerConfig
  readonly worker: { readonly view: WorkerView }
  readonly claude: Pick<ClaudePool, 'parked' | 'kept' | 'lent' | 'stats'>
  readonly record: WorkerRecord
  readonly clock: Pick<Clock, 'now'>
}

/** The report of this moment. */
export function statusReport({ config, worker, claude, record, clock }: ReportSources): StatusReport {
  const { state, sinceMs, untilMs, reason, heartbeatAckAgeMs, rateLimit, noted } = worker.view
  const running = runningJobs(record, clock.now())
  return {
    schema: 'auxot.worker.report/v1',
    id: record.workerId,
    pid: process.pid,
    version: auxotVersion(),
    state,
    since: new Date(sinceMs).toISOString(),
    until: isoMoment(untilMs),
    reason: reason && redacted(reason, config),
    startedAt: new Date(record.startedAtMs).toISOString(),
    router: config.router.http.origin,
    slots: { total: config.concurrency, inUse: running.length },
    jobs: { started: record.started, ...record.finished },
    running,
    heartbeatAckAgeMs,
    claude: {
      version: config.claude.version,
      credential: config.claude.credential && reportedCredential(config.claude.credential),
      rateLimit: rateLimit && reportedLimit(rateLimit),
      processes: { parked: claude.parked, kept: claude.kept, lent: claude.lent },
      turns: claude.stats,
    },
    notes: noted,
  }
}

function runningJobs({ running }: WorkerRecord, nowMs: number): ReportedJob[] {
  return running.map(({ startedAtMs, ...job }) => {
    return { ...job, startedAt: new Date(startedAtMs).toISOString(), elapsedMs: Math.max(0, nowMs - startedAtMs) }
  })
}

function reportedCredential({ kind, secret, expiresAtMs }: ClaudeCredential): ReportedCredential {
  return { kind, source: secret.source, expiresAt: isoMoment(expiresAtMs) }
}

function reportedLimit({ status, window, resetsAt, resetFrom }: RateLimit): ReportedLimit {
  const resetsAtMs = resetsAt === undefined ? undefined : resetsAt * 1_000
  return { status, window, resetsAt: isoMoment(resetsAtMs), ...(resetFrom && { resetFrom }) }
}

/** A reason may repeat what the router or the model service said. */
function redacted(reason: string, { workerKey, claude }: WorkerConfig): string {
  return createRedactor(claude.credential ? [workerKey, claude.credential.secret] : [workerKey])(reason)
}
