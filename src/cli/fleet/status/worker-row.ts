import { type FleetMember, type MemberState, memberStates } from '../../../fleet/member.ts'
import type { JobInReport, LimitInReport, WorkerReport } from '../../../protocol/control-answers.ts'
import type { LocalWorker } from '../../../worker/local-worker.ts'
import { workerId } from '../worker-id.ts'
import type { FleetSight } from '../workers-here.ts'

/** One worker, in a container or in the foreground, as the status document has it. What nobody could find out is null. */
export interface WorkerRow {
  /** `default-3`, `default-3-next` where it takes the other's place, `pid-1234`. */
  readonly id: string
  /** Null for a worker in the foreground. */
  readonly fleet: string | null
  readonly slot: number | null
  readonly state: MemberState
  readonly reason?: string | undefined
  /** Since when it is in that state. */
  readonly since?: string | undefined
  /** When the state is expected to end. */
  readonly until?: string | undefined
  readonly container?: string | undefined
  readonly pid?: number | undefined
  /** Made as the last `scale` would make it; in the foreground, of the same version as this auxot. */
  readonly upToDate: boolean | null
  readonly startedAt: string | null
  readonly version: string | null
  /** The origin of its router's HTTP side, as the worker has it. */
  readonly router: string | null
  /** The router's name for it. */
  readonly routerId?: string | undefined
  readonly slots?: { readonly total: number; readonly inUse: number } | undefined
  /** The job in hand, the oldest where there are several. */
  readonly job?: JobInReport | undefined
  readonly running: readonly JobInReport[]
  /** Counts since it began. */
  readonly jobs: JobCounts | null
  readonly heartbeatAckAgeMs: number | null
  readonly claude: {
    readonly version: string | null
    readonly auth: WorkerReport['claude']['credential'] | null
    readonly rateLimit: LimitInReport | null
  }
}

interface JobCounts {
  readonly started: number
  readonly completed: number
  readonly failed: number
  /** Those that ended in any other way. */
  readonly other: number
}

/** The rows of a fleet, by slot; in one slot the successor is the second. */
export function memberRows({ members, record }: FleetSight): WorkerRow[] {
  const inOrder = [...members].sort((a, b) => a.slot - b.slot || Number(a.isSuccessor) - Number(b.isSuccessor))
  return inOrder.map((member) => memberRow(member, record?.configHash))
}

function memberRow(member: FleetMember, configHash: string | undefined): WorkerRow {
  const { fleet, slot, state, reason, id, version, startedAt, report } = member
  const told = factsOf(report, state)
  return {
    id: workerId(member),
    fleet,
    slot,
    ...told,
    state,
    // What the worker says of its own state is nearer than what is seen from outside.
    reason: report?.state === state ? report.reason : reason,
    container: id,
    upToDate: configHash === undefined ? null : member.configHash === configHash,
    startedAt: told.startedAt ?? startedAt ?? null,
    version: told.version ?? version ?? null,
  }
}

/** The row of a worker in the foreground. One that does not answer is not well. */
export function localRow({ name, pid, report, problem }: LocalWorker, ownVersion: string): WorkerRow {
  const state = stateOf(report)
  return {
    id: name,
    fleet: null,
    slot: null,
    ...factsOf(report, state.state),
    ...(report ? state : { state: 'unhealthy', reason: problem }),
    pid,
    upToDate: report ? report.version === ownVersion : null,
  }
}

/** A newer worker may have states that are not known here. */
function stateOf(report: WorkerReport | undefined): { state: MemberState; reason?: string | undefined } {
  const known = memberStates.find((state) => state === report?.state)
  if (known) return { state: known, reason: report?.reason }
  return { state: 'unhealthy', reason: `it says that it is "${report?.state}", which this auxot does not know` }
}

/** What a worker says itself. Its state's facts are left out where somebody else knows of another state. */
function factsOf(report: WorkerReport | undefined, state: MemberState) {
  const isItsOwn = report?.state === state
  const [job] = report?.running ?? []
  return {
    ...(isItsOwn && { reason: report.reason, since: report.since, until: report.until }),
    startedAt: report?.startedAt ?? null,
    version: report?.version ?? null,
    router: report?.router ?? null,
    routerId: report?.id,
    slots: report?.slots,
    job: job && jobFacts(job),
    running: (report?.running ?? []).map(jobFacts),
    jobs: report ? countsOf(report.jobs) : null,
    heartbeatAckAgeMs: report?.heartbeatAckAgeMs ?? null,
    claude: {
      version: report?.claude.version ?? null,
      auth: report?.claude.credential ?? null,
      rateLimit: report?.claude.rateLimit ?? null,
    },
  }
}

function jobFacts({ id, startedAt, elapsedMs }: JobInReport): JobInReport {
  return { id, startedAt, elapsedMs }
}

function countsOf({ started = 0, completed = 0, failed = 0, ...others }: WorkerReport['jobs']): JobCounts {
  return { started, completed, failed, other: Object.values(others).reduce((sum, count) => sum + count, 0) }
}
