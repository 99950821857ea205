import type { Clock } from '../shared/clock.ts'
import { configHash } from './config-hash.ts'
import type { FleetBackend, FleetView } from './fleet-backend.ts'
import { madeFrom } from './made-from.ts'
import { isReady } from './member.ts'
import { planScale } from './plan-scale.ts'
import { changesAnything, type ScaleAction, type ScaleTarget } from './scale-plan.ts'
import { applyScale } from './scaling/apply-scale.ts'
import { Places } from './scaling/places.ts'
import type { DoneAction, ScaleProgress, ScaleRun } from './scaling/scale-run.ts'
import type { WorkerSpec } from './worker-spec.ts'

/** What is asked of a fleet. */
export interface ScaleRequest {
  readonly fleet: string
  /** How many workers are wanted, given what there is. */
  readonly wanted: (present: number) => number
  /** What new workers are made from; absent only where none are wanted. */
  readonly spec?: WorkerSpec | undefined
  readonly recreate: ScaleTarget['recreate']
  readonly drainBusy: boolean
  readonly wait: boolean
  readonly lockWaitMs: number
  readonly dryRun: boolean
}

export interface ScaleDeps {
  readonly backend: FleetBackend
  readonly clock: Clock
  /** No waiting from here on; what was begun goes on by itself. */
  readonly signal: AbortSignal
  readonly onPlan: (plan: readonly ScaleAction[], target: ScaleTarget) => void
  readonly onProgress: (progress: ScaleProgress) => void
  readonly onDone: (action: DoneAction) => void
  readonly onLockWait: (holder: string) => void
}

/** What came of it. */
export interface ScaleReport {
  readonly wanted: number
  readonly before: number
  readonly after: number
  readonly changed: boolean
  readonly converged: boolean
  readonly actions: readonly (ScaleAction | DoneAction)[]
}

/** So many workers are made at the same time: more are not made sooner. */
const mostAtOnce = 4

/**
 * Makes a fleet what is wanted. A fleet that is so already is not touched, nor is its lock. What an earlier run left half done is
 * put right.
 * @throws BackendError where the backend cannot be reached or refuses, FleetLockedError where somebody else changes the fleet
 */
export async function scaleFleet(request: ScaleRequest, deps: ScaleDeps): Promise<ScaleReport> {
  const seen = await deps.backend.view(request.fleet)
  const target = targetFor(request, seen)
  const plan = planScale(seen.members, target)
  if (request.dryRun || !changesAnything(plan)) {
    deps.onPlan(plan, target)
    return request.dryRun ? planned(plan, target, seen) : await asItIs({ plan, target, seen }, request, deps)
  }
  const { lockWaitMs: waitMs, spec } = request
  const { signal, onLockWait: onWait } = deps
  await using _lock = await deps.backend.lock(request.fleet, { waitMs, imageId: spec?.imageId, signal, onWait })
  return await changeLocked(request, deps)
}

/** Nothing is to be changed; what was asked for is noted where that is not known yet. */
async function asItIs(planned: Planned, request: ScaleRequest, deps: ScaleDeps): Promise<ScaleReport> {
  await remember(planned, deps)
  return await carriedOut(planned, request, deps)
}

/** Somebody else may have changed the fleet before the lock was ours: everything is looked at anew. */
async function changeLocked(request: ScaleRequest, deps: ScaleDeps): Promise<ScaleReport> {
  const seen = await deps.backend.view(request.fleet)
  const target = targetFor(request, seen)
  const plan = planScale(seen.members, target)
  deps.onPlan(plan, target)
  await remember({ plan, target, seen }, deps)
  const report = await carriedOut({ plan, target, seen }, request, deps)
  await deps.backend.removeLeftovers(request.fleet)
  return report
}

async function remember({ target, seen: { record } }: Planned, { backend }: ScaleDeps): Promise<void> {
  const { fleet, wanted: desired, configHash: hash } = target
  if (desired === 0 && record) await backend.remember(fleet, undefined)
  const isKnown = record?.desired === desired && record.configHash === hash
  if (desired > 0 && !isKnown) await backend.remember(fleet, { desired, configHash: hash })
}

interface Planned {
  readonly plan: readonly ScaleAction[]
  readonly target: ScaleTarget
  readonly seen: FleetView
}

async function carriedOut(
  { plan, target, seen }: Planned,
  request: ScaleRequest,
  deps: ScaleDeps,
): Promise<ScaleReport> {
  const { spec, wait, drainBusy } = request
  const run: ScaleRun = { ...deps, spec, target, wait, drainBusy, places: new Places(mostAtOnce) }
  const actions = await applyScale(plan, run)
  const isSame = !changesAnything(plan) && isConverged(seen.members, target)
  const { members } = isSame ? seen : await deps.backend.view(request.fleet)
  return {
    wanted: target.wanted,
    before: sizeOf(seen),
    after: sizeOf({ members }),
    changed: changesAnything(plan),
    converged: isConverged(members, target),
    actions,
  }
}

function planned(plan: readonly ScaleAction[], target: ScaleTarget, seen: FleetView): ScaleReport {
  const before = sizeOf(seen)
  const isDone = !changesAnything(plan) && isConverged(seen.members, target)
  return { wanted: target.wanted, before, after: before, changed: false, converged: isDone, actions: plan }
}

function targetFor({ fleet, wanted, spec, recreate }: ScaleRequest, seen: FleetView): ScaleTarget {
  const hash = spec ? configHash(spec) : ''
  const count = wanted(seen.record?.desired ?? sizeOf(seen))
  return { fleet, wanted: count, configHash: hash, madeFrom: spec && madeFrom(spec), recreate }
}

/** Members that are there to stay. */
export function sizeOf({ members }: Pick<FleetView, 'members'>): number {
  const staying = members.filter(({ state, isHalfMade }) => state !== 'draining' && !isHalfMade)
  return new Set(staying.map(({ slot }) => slot)).size
}

function isConverged(members: FleetView['members'], { wanted, configHash: hash, recreate }: ScaleTarget): boolean {
  const fits = (member: FleetView['members'][number]) =>
    isReady(member) && !member.isSuccessor && (recreate === 'never' || member.configHash === hash)
  return members.length === wanted && members.every(fits)
}
