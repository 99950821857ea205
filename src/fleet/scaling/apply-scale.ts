import { isReady } from '../member.ts'
import type { ScaleAction } from '../scale-plan.ts'
import { awaitReady, makeMember } from './make-member.ts'
import { replaceMember } from './replace-member.ts'
import type { DoneAction, Ending, ScaleRun } from './scale-run.ts'
import { takeLeave } from './take-leave.ts'

/**
 * Carries out a plan: what is dead goes first, because it may stand in the way of what is new; then everything at the same time.
 * Whatever ends it in the middle, the next plan goes on from what is there.
 * @returns the plan as it came out: where a member had a job by the time it was asked, another may have left.
 * @throws BackendError where the backend refuses; what was begun until then stays.
 */
export async function applyScale(plan: readonly ScaleAction[], run: ScaleRun): Promise<readonly DoneAction[]> {
  const dead = plan.filter(({ op }) => op === 'remove')
  const leaving = plan.filter(({ op }) => op === 'drain')
  const staying = plan.filter(({ op }) => op !== 'remove' && op !== 'drain')
  const carry = (actions: readonly ScaleAction[], inTheWay: readonly ScaleAction[]) =>
    settleAll(actions.map((action) => timed(action, run, () => carryOut(action, inTheWay, run))))
  const removed = await carry(dead, [])
  const kept = staying.filter(({ op }) => op === 'keep')
  const leavers = leaveAll(leaving, kept, run)
  // Seen to its end below; it must not count as unheard of until then.
  leavers.catch(() => {})
  const inTheWay = staying.some((action) => isBlocked(action, leaving)) ? unlessGone(leaving, await leavers) : leaving
  const [stayed = [], left = []] = await settleAll([carry(staying, inTheWay), leavers])
  if (stayed.some((action) => isTaken(action, inTheWay))) await settleNames(run)
  return asItCameOut({ removed, stayed, left }, leaving)
}

function unlessGone(leaving: readonly ScaleAction[], left: readonly DoneAction[]): ScaleAction[] {
  const gone = new Set(left.filter(({ result }) => result === 'gone').map(({ member }) => member?.id))
  return leaving.filter(({ member }) => !gone.has(member?.id))
}

async function leaveAll(
  planned: readonly ScaleAction[],
  kept: readonly ScaleAction[],
  run: ScaleRun,
): Promise<DoneAction[]> {
  if (planned.length === 0) return []
  const leavers = await takeLeave(planned, kept, run)
  return await settleAll(leavers.map(({ action, ending }) => timed(action, run, () => ending)))
}

async function carryOut(action: ScaleAction, inTheWay: readonly ScaleAction[], run: ScaleRun): Promise<Ending> {
  const { op, member } = action
  const blocked = isBlocked(action, inTheWay)
  switch (op) {
    case 'create':
      return await awaitReady(await makeMember(action, run, isTaken(action, inTheWay)), run)
    case 'replace':
      return blocked
        ? { result: 'begun', detail: 'another one is still leaving its place' }
        : await replaceMember(action, run)
    case 'start':
      return await startAgain(action, run, { canSettle: !blocked })
    case 'remove':
      if (member) await run.backend.remove(member.id)
      return { result: 'gone' }
    case 'keep':
    case 'drain':
      return await keep(action, run)
  }
}

/** Somebody who is leaving still bears the name of the place. */
function isTaken({ op, slot }: ScaleAction, leaving: readonly ScaleAction[]): boolean {
  return op === 'create' && leaving.some((other) => other.slot === slot && !other.member?.isSuccessor)
}

/** A place has two names, its own and that of a successor: one that is leaving may bear the one that is needed. */
function isBlocked({ op, slot, member }: ScaleAction, leaving: readonly ScaleAction[]): boolean {
  const inPlace = leaving.filter((other) => other.slot === slot)
  if (op === 'replace') return inPlace.length > 0
  return op === 'start' && member?.isSuccessor === true && inPlace.some((other) => !other.member?.isSuccessor)
}

async function startAgain(
  { member }: ScaleAction,
  run: ScaleRun,
  { canSettle }: { readonly canSettle: boolean },
): Promise<Ending> {
  if (!member) throw new Error('nobody was named who could be started')
  await run.places.with(() => run.backend.start(member.id))
  if (member.isSuccessor && canSettle) await run.backend.settleName(member.id)
  return await awaitReady(member.id, run)
}

/** A member that stays as it is has to be of use too. */
async function keep({ member }: ScaleAction, run: ScaleRun): Promise<Ending> {
  if (!member || isReady(member) || !run.wait) return { result: 'kept' }
  const ending = await awaitReady(member.id, run)
  return ending.result === 'ready' ? { result: 'kept' } : ending
}

/** Members that were made while their place was still taken get its name. */
async function settleNames({ backend, target }: ScaleRun): Promise<void> {
  const { members } = await backend.view(target.fleet)
  const isAlone = (slot: number) => members.filter((member) => member.slot === slot).length === 1
  const late = members.filter(({ isSuccessor, slot }) => isSuccessor && isAlone(slot))
  await Promise.all(late.map(({ id }) => backend.settleName(id)))
}

interface Parts {
  readonly removed: readonly DoneAction[]
  readonly stayed: readonly DoneAction[]
  readonly left: readonly DoneAction[]
}

/** Members that were exchanged are told of once: as leaving, or as staying with the job that they had by then. */
function asItCameOut({ removed, stayed, left }: Parts, planned: readonly ScaleAction[]): DoneAction[] {
  const gone = new Set(left.map(({ member }) => member?.id))
  const exchanged = planned
    .filter(({ member }) => !gone.has(member?.id))
    .map(
      (action) => ({ ...action, op: 'keep', reason: 'it had a job by then', result: 'kept', durationMs: 0 }) as const,
    )
  const others = stayed.filter(({ member }) => member === undefined || !gone.has(member.id))
  return [...removed, ...others, ...left, ...exchanged].sort((a, b) => a.slot - b.slot)
}

async function timed(action: ScaleAction, run: ScaleRun, work: () => Promise<Ending>): Promise<DoneAction> {
  const startedMs = run.clock.now()
  const ending = await work().catch((error) => unlessOver(error, run))
  const done = { ...action, ...ending, durationMs: run.clock.now() - startedMs }
  run.onDone(done)
  return done
}

function unlessOver(error: unknown, { signal }: ScaleRun): Ending {
  if (signal.aborted && error === signal.reason) return { result: 'skipped' }
  throw error
}

/** All of them are seen to their end; the first error is thrown then. */
async function settleAll<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(works)
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
  return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}
