import { type FleetMember, jobOf } from '../member.ts'
import type { ScaleAction } from '../scale-plan.ts'
import { awaitGone, awaitReady, endSilent, makeMember } from './make-member.ts'
import type { Ending, ScaleRun } from './scale-run.ts'

/**
 * Puts a new member into another's place. One that is of use stays until the new one is ready, so that there are never fewer ready
 * than before; where the new one does not become ready, the old one goes on.
 */
export async function replaceMember(action: ScaleAction, run: ScaleRun): Promise<Ending> {
  const { member: old } = action
  if (!old) throw new Error('a replacement without a member to replace')
  if (isOfNoUse(old)) return await exchangeDead(action, old, run)
  if (old.state === 'busy' && !run.drainBusy) return { result: 'busy', detail: `it runs ${jobOf(old) ?? 'a job'}` }
  const successor = await findSuccessor(action, old, run)
  const ready = await awaitReady(successor, run)
  if (ready.result === 'failed') {
    await run.backend.remove(successor)
    return ready
  }
  // Nobody waits: the next run takes the old one away when the new one is ready.
  if (ready.result === 'begun') return ready
  return await retire(action, { old, successor }, run)
}

function isOfNoUse({ state }: FleetMember): boolean {
  return state === 'stopped' || state === 'crash_loop'
}

async function exchangeDead(action: ScaleAction, old: FleetMember, run: ScaleRun): Promise<Ending> {
  await run.backend.remove(old.id)
  const id = await adoptSuccessor(action, run)
  if (id !== undefined) await run.backend.settleName(id)
  return await awaitReady(id ?? (await makeMember(action, run, false)), run)
}

async function findSuccessor(action: ScaleAction, old: FleetMember, run: ScaleRun): Promise<string> {
  const adopted = await adoptSuccessor(action, run)
  if (adopted !== undefined) return adopted
  // An earlier run did not come to give it the name of its place, and the other is needed now.
  if (old.isSuccessor) await run.backend.settleName(old.id)
  return await makeMember(action, run, true)
}

/** A successor that an earlier run made goes on, if it is what is wanted now; else it is taken away. */
async function adoptSuccessor({ successor }: ScaleAction, { backend, target }: ScaleRun): Promise<string | undefined> {
  if (!successor) return undefined
  if (successor.configHash === target.configHash && successor.state !== 'crash_loop') {
    await backend.start(successor.id)
    return successor.id
  }
  await backend.remove(successor.id)
  return undefined
}

/** The old one leaves as idle ones do; one that has a job meanwhile finishes it, or stays if busy ones are to stay. */
async function retire(
  action: ScaleAction,
  { old, successor }: { old: FleetMember; successor: string },
  run: ScaleRun,
): Promise<Ending> {
  const { backend, drainBusy, onProgress } = run
  const decision = await backend.ask(old.id, { op: 'drain', ...(!drainBusy && { ifIdle: true }) })
  if (decision && !decision.accepted) {
    await backend.remove(successor)
    return { result: 'busy', detail: `it runs ${decision.running[0]?.id ?? 'a job'}` }
  }
  onProgress({ action, doing: `the old one leaves${decision?.running[0] ? ` after ${decision.running[0].id}` : ''}` })
  const gone = decision ? await awaitGone(old, run) : await endSilent(old, run)
  if (gone.result !== 'gone') return gone
  await backend.settleName(successor)
  return { result: 'ready' }
}
