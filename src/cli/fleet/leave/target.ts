import type { EndOptions, MemberRequest } from '../../../fleet/fleet-backend.ts'
import type { FleetMember, MemberState } from '../../../fleet/member.ts'
import type { JobInReport, WorkerDecision } from '../../../protocol/control-answers.ts'
import { askLocalWorker, type LocalWorker, untilLocalWorkerEnded } from '../../../worker/local-worker.ts'
import type { Fleets } from '../engine.ts'
import { workerId } from '../worker-id.ts'

/** A worker that may be asked to leave. */
export interface Target {
  /** `default-3`, `pid-1234` */
  readonly id: string
  /** What it may be called beside that. */
  readonly aliases: readonly string[]
  /** Null for a worker in the foreground. */
  readonly fleet: string | null
  readonly container?: string | undefined
  readonly pid?: number | undefined
  readonly state: MemberState
  readonly reason?: string | undefined
  readonly job?: JobInReport | undefined
  /** Undefined where nobody answers. */
  ask(request: MemberRequest): Promise<WorkerDecision | { readonly problem: string } | undefined>
  /** Ends what does not answer; absent where nobody else can end it. */
  terminate?(options: EndOptions): Promise<void>
  untilEnded(signal: AbortSignal): Promise<void>
}

/** A member of a fleet. */
export function memberTarget(member: FleetMember, fleets: Fleets): Target {
  const { id: container, fleet, state, reason, report } = member
  const id = workerId(member)
  return {
    id,
    aliases: [`auxot-${id}`, container, ...(report?.id === undefined ? [] : [report.id])],
    fleet,
    container,
    state,
    reason,
    job: report?.running[0],
    ask: (request) => fleets.ask(container, request),
    terminate: (options) => fleets.terminate(container, options),
    untilEnded: (signal) => fleets.untilEnded(container, signal),
  }
}

/** A worker in the foreground. */
export function localTarget(worker: LocalWorker): Target {
  const { name, pid, report, problem } = worker
  return {
    id: name,
    aliases: [name.replace(/^pid-/, ''), ...(report?.id === undefined ? [] : [report.id])],
    fleet: null,
    pid,
    state: (report?.state as MemberState | undefined) ?? 'unhealthy',
    reason: problem,
    job: report?.running[0],
    ask: (request) => askLocalWorker(worker, request),
    untilEnded: (signal) => untilLocalWorkerEnded(worker, { signal }),
  }
}
