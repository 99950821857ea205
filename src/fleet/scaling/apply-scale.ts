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
  const leaving = plan.filter(({ op }) => op === 'drain')
  const carry = (actions: readonly ScaleAction[]) =>
    actions.map((action) => timed(action, run, () => carryOut(action, leaving, run)))
  const removed = await settleAll(carry(plan.filter(({ op }) => op === 'remove')))
  const staying = settleAll(carry(plan.filter(({ op }) => op !== 'remove' && op !== 'drain')))
  const [stayed = [], left = []] = await settleAll([staying, leaveAll(leaving, run)])
  if (stayed.some((action) => isTaken(action, leaving))) await settleNames(run)
  return asItCameOut({ removed, stayed, left }, leaving)
}

async function leaveAll(planned: readonly ScaleAction[], run: ScaleRun): Promise<DoneAction[]> {
  if (planned.length === 0) return []
  const leavers = await takeLeave(planned, run)
  return await settleAll(leavers.map(({ action, ending }) => timed(action, run, () => ending)))
}

async function carryOut(action: ScaleAction, leaving: readonly ScaleAction[], run: ScaleRun): Promise<Ending> {
  const { op, member } = action
  switch (op) {
    case 'create':
      return await awaitReady(await makeMember(action, run, isTaken(action, leaving)), run)
    case 'replace':
      return await replaceMember(action, run)
    case 'start':
      return await startAgain(action, run)
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

async function startAgain({ member }: ScaleAction, run: ScaleRun): Promise<Ending> {
  if (!member) throw new Error('nobody was named who could be started')
  await run.places.with(() => run.backend.start(member.id))
  if (member.isSuccessor) await run.backend.settleName(member.id)
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
