import type { Engine, Fleets } from '../../src/cli/fleet/engine.ts'
import type { Sight } from '../../src/cli/fleet/status/look.ts'
import { type StatusDocument, statusDocument } from '../../src/cli/fleet/status/status-document.ts'
import type { FleetSight } from '../../src/cli/fleet/workers-here.ts'
import { BackendError } from '../../src/fleet/errors.ts'
import type { FleetMember, MemberState } from '../../src/fleet/member.ts'
import type { WorkerReport } from '../../src/protocol/control-answers.ts'
import { parseRouterUrl } from '../../src/protocol/router-url.ts'
import type { RouterAnswer, RouterHealth } from '../../src/router/router-client.ts'
import type { LocalWorker } from '../../src/worker/local-worker.ts'
import { member } from './fleet-members.ts'

/** The moment of all looks: noon. */
export const noonMs = new Date(2026, 6, 1, 12).getTime()
export const routerUrl = 'https://router.example.com'

/** What a worker says of itself. */
export function reportOf(state: string, facts: Partial<WorkerReport> = {}): WorkerReport {
  return {
    schema: 'auxot.worker.report/v1',
    id: 'gpu-1',
    pid: 42,
    version: '0.1.0',
    state,
    since: agoOf(10_000),
    startedAt: agoOf(3_600_000),
    router: routerUrl,
    slots: { total: 1, inUse: state === 'busy' ? 1 : 0 },
    jobs: { started: 4, completed: 3, failed: 1, overloaded: 0, cancelled: 0, returned: 0, lost: 0 },
    running: state === 'busy' ? [{ id: 'job-7', startedAt: agoOf(2_500), elapsedMs: 2_500 }] : [],
    heartbeatAckAgeMs: 1_234,
    claude: { version: '2.1.330', credential: { kind: 'oauth-token', source: 'CLAUDE_CODE_OAUTH_TOKEN_FILE' } },
    ...facts,
  }
}

/** A member whose worker answers. */
export function answering(slot: number, state: MemberState, facts: Partial<WorkerReport> = {}): FleetMember {
  return member(slot, state, { report: reportOf(state, { id: `gpu-${slot}`, ...facts }) })
}

/** A worker in the foreground. */
export function foreground(pid: number, report: WorkerReport | { readonly problem: string }): LocalWorker {
  const worker = { name: `pid-${pid}`, pid, path: `/run/auxot/${pid}.sock` }
  return 'problem' in report ? { ...worker, ...report } : { ...worker, report: { ...report, pid } }
}

/** A fleet that was last made to have as many members as it has. */
export function fleetOf(members: readonly FleetMember[], facts: Partial<FleetSight> = {}): FleetSight {
  return { name: 'default', members, record: { desired: members.length, configHash: 'new' }, ...facts }
}

/** A router that answers. */
export function healthyRouter(health: Partial<RouterHealth> = {}, url = routerUrl): NonNullable<Sight['router']> {
  const totals = { workers: 2, slots: 2, busy: 1, available: 1, ...health }
  return { address: parseRouterUrl(url), answer: { kind: 'healthy', health: totals, routerTimeMs: undefined } }
}

/** A router that does not. */
export function lostRouter(): NonNullable<Sight['router']> {
  const answer: RouterAnswer = { kind: 'unreachable', reason: 'nothing listens there', hint: 'Is it running?' }
  return { address: parseRouterUrl(routerUrl), answer }
}

const openEngine: Engine = { kind: 'open', fleets: {} as Fleets, isNamed: false }

/** An engine that refuses everything. */
export function brokenEngine(isNamed = false): Engine {
  const error = new BackendError('The engine does not answer', { hint: 'Start it.' })
  return { kind: 'unusable', error, isNamed }
}

/** What is seen where there is nothing. */
export function sightOf(facts: Partial<Sight> = {}): Sight {
  return { local: [], fleets: [], engine: openEngine, atMs: noonMs, ...facts }
}

/** The status of a sight. */
export function statusOfSight(facts: Partial<Sight> = {}, fleet?: string): StatusDocument {
  return statusDocument(sightOf(facts), { version: '0.1.0', fleet })
}

/** A moment before that of the looks. */
export function agoOf(ms: number): string {
  return new Date(noonMs - ms).toISOString()
}

/** A moment after it. */
export function laterOf(ms: number): string {
  return agoOf(-ms)
}
