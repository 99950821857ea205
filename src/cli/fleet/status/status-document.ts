import { isReady, memberStates } from '../../../fleet/member.ts'
import type { Engine } from '../engine.ts'
import type { FleetSight } from '../workers-here.ts'
import type { Sight } from './look.ts'
import { statusWarnings } from './status-warnings.ts'
import { localRow, memberRows, type WorkerRow } from './worker-row.ts'

/** What is known of the router. What nobody could find out is null. */
export interface RouterRow {
  readonly url: string | null
  readonly reachable: boolean | null
  /** Why it is not. */
  readonly reason?: string | undefined
  readonly hint?: string | undefined
  readonly workers: number | null
  readonly slots: number | null
  readonly busy: number | null
  readonly available: number | null
}

/** What is known of a fleet. */
export interface FleetRow {
  readonly name: string
  /** Null where there is none. */
  readonly backend: 'docker' | null
  /** What it was last made to be. */
  readonly desired: number | null
  readonly actual: number | null
  readonly ready: number | null
  /** Members that were made from something else than the last `scale` would make them from. */
  readonly outdated: number | null
}

/** Something that is not as it should be. */
export interface StatusWarning {
  readonly code: string
  readonly message: string
}

/** The status as scripts read it, `auxot.worker.status/v1`. */
export interface StatusDocument {
  readonly schema: 'auxot.worker.status/v1'
  readonly time: string
  readonly router: RouterRow
  /** The fleet that is asked about: the one there is, else `default`. */
  readonly fleet: FleetRow
  readonly fleets: readonly FleetRow[]
  readonly summary: Readonly<Record<string, number>>
  readonly workers: readonly WorkerRow[]
  readonly warnings: readonly StatusWarning[]
}

/** What is not in a sight. */
export interface StatusFacts {
  /** The fleet that was asked for. */
  readonly fleet?: string | undefined
  /** Of this auxot. */
  readonly version: string
}

/** Puts together what router, engine and workers say. Pure. */
export function statusDocument(sight: Sight, facts: StatusFacts): StatusDocument {
  const workers = [...sight.fleets.flatMap(memberRows), ...sight.local.map((worker) => localRow(worker, facts.version))]
  const router = routerRow(sight)
  const fleets = sight.fleets.map((fleet) => fleetRow(fleet, workers))
  return {
    schema: 'auxot.worker.status/v1',
    time: new Date(sight.atMs).toISOString(),
    router,
    fleet: fleetInQuestion(fleets, facts, sight.engine),
    fleets,
    summary: countsOf(workers),
    workers,
    warnings: statusWarnings({ sight, router, fleets, workers }),
  }
}

function routerRow({ router }: Sight): RouterRow {
  const unknown = { workers: null, slots: null, busy: null, available: null }
  if (!router) return { url: null, reachable: null, ...unknown }
  const { address, answer } = router
  const url = address.http.origin
  if (answer.kind !== 'healthy') {
    return { url, reachable: false, reason: answer.reason, ...(answer.hint && { hint: answer.hint }), ...unknown }
  }
  const { workers = null, slots = null, busy = null, available = null } = answer.health
  return { url, reachable: true, workers, slots, busy, available }
}

function fleetRow({ name, record }: FleetSight, rows: readonly WorkerRow[]): FleetRow {
  const present = rows.filter(({ fleet, state }) => fleet === name && state !== 'stopped')
  const actual = present.length
  return {
    name,
    backend: 'docker',
    desired: record?.desired ?? actual,
    actual,
    ready: present.filter(isReady).length,
    outdated: present.filter(({ upToDate }) => upToDate === false).length,
  }
}

function fleetInQuestion(fleets: readonly FleetRow[], { fleet }: StatusFacts, engine: Engine): FleetRow {
  const name = fleet ?? (fleets.length === 1 ? fleets[0]?.name : undefined) ?? 'default'
  const found = fleets.find((each) => each.name === name)
  if (found) return found
  const count = engine.kind === 'unusable' ? null : 0
  const backend = engine.kind === 'absent' ? null : 'docker'
  return { name, backend, desired: count, actual: count, ready: count, outdated: count }
}

/** Every state is there, at zero too. */
function countsOf(workers: readonly WorkerRow[]): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(memberStates.map((state) => [state, 0]))
  for (const { state } of workers) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
