import { type FleetMember, jobOf } from '../member.ts'
import type { ScaleAction } from '../scale-plan.ts'
import { victimsFirst } from '../victims.ts'
import { awaitGone, endSilent } from './make-member.ts'
import type { Ending, ScaleRun } from './scale-run.ts'

/** A member that was asked to leave, or that has to stay. */
export interface Leaver {
  readonly action: ScaleAction
  readonly ending: Promise<Ending>
}

/** So often idle members are looked for anew, when those that were asked had a job by then. */
const mostRounds = 10

/**
 * Asks as many members to leave as the plan says. Whether one is idle is decided in the worker: one that has a job by the time it is
 * asked stays, and another idle one is asked in its place. Only where no idle ones are left are busy ones asked to finish and leave.
 * @param planned the plan's actions that are about leaving
 * @param kept those that are about members which nothing is done with: they may leave in another's place
 */
export async function takeLeave(
  planned: readonly ScaleAction[],
  kept: readonly ScaleAction[],
  run: ScaleRun,
): Promise<readonly Leaver[]> {
  // Nobody stays behind who could take a job in vain: no choice is to be made, and nobody lingers.
  if (run.target.wanted === 0) return await Promise.all(planned.map((action) => leaveNow(action, run)))
  const idle = planned.filter(({ member }) => member?.state === 'idle')
  const busy = planned.filter(({ member }) => member?.state === 'busy')
  const others = planned.filter((action) => !idle.includes(action) && !busy.includes(action))
  const left = await Promise.all(others.map((action) => leave(action, run)))
  const choice = new LeaverChoice({ planned, kept }, run)
  await choice.ask(idle, idle.length + busy.length)
  return [...left, ...choice.leavers]
}

/** The choice of those who leave among members that do what they should. */
class LeaverChoice {
  readonly leavers: Leaver[] = []
  readonly #run: ScaleRun
  readonly #planned: ReadonlySet<string | undefined>
  readonly #kept: ReadonlySet<string | undefined>

  constructor({ planned, kept }: Record<'planned' | 'kept', readonly ScaleAction[]>, run: ScaleRun) {
    this.#planned = new Set(planned.map(({ member }) => member?.id))
    this.#kept = new Set(kept.map(({ member }) => member?.id))
    this.#run = run
  }

  /** Asks idle ones, round for round, until enough have accepted or none is left; then busy ones. */
  async ask(first: readonly ScaleAction[], count: number): Promise<void> {
    let candidates = first
    for (let round = 0; round < mostRounds && candidates.length > 0; round++) {
      await Promise.all(candidates.map((action) => this.#askIdle(action)))
      if (this.leavers.length >= count) return
      candidates = (await this.#candidates('idle')).slice(0, count - this.leavers.length)
    }
    const busy = (await this.#candidates('busy')).slice(0, Math.max(0, count - this.leavers.length))
    this.leavers.push(...(await Promise.all(busy.map((action) => this.#askBusy(action)))))
  }

  async #askIdle(action: ScaleAction): Promise<void> {
    const { member } = action
    if (!member) return
    const decision = await this.#run.backend.ask(member.id, { op: 'drain', ifIdle: true })
    if (decision?.accepted)
      this.leavers.push(await left(action, member, this.#run, 'leaves at a moment that stalls no caller'))
  }

  async #askBusy(action: ScaleAction): Promise<Leaver> {
    const { member } = action
    if (!this.#run.drainBusy && member) return stays(action, member)
    return await leave(action, this.#run)
  }

  /** Those who may still be asked, the next one first; of busy ones, those first who were to leave anyway. */
  async #candidates(state: 'idle' | 'busy'): Promise<ScaleAction[]> {
    const { backend, target } = this.#run
    const { members } = await backend.view(target.fleet)
    const asked = new Set(this.leavers.map(({ action }) => action.member?.id))
    const rank = ({ id }: FleetMember) => (state === 'busy' && !this.#planned.has(id) ? 1 : 0)
    const byLoss = victimsFirst(target.configHash)
    return members
      .filter(({ id, ...member }) => member.state === state && !asked.has(id) && this.#mayLeave(id))
      .sort((a, b) => rank(a) - rank(b) || byLoss(a, b))
      .map((member) => ({ op: 'drain', worker: member.name, slot: member.slot, reason: 'fewer are wanted', member }))
  }

  #mayLeave(id: string): boolean {
    return this.#planned.has(id) || this.#kept.has(id)
  }
}

/** Asked to leave in no hurry; one that gives no answer is ended by its backend. */
async function leave(action: ScaleAction, run: ScaleRun): Promise<Leaver> {
  const { member } = action
  if (!member) throw new Error('nobody was named who could leave')
  const decision = await run.backend.ask(member.id, { op: 'drain' })
  if (!decision) return terminated(action, member, run)
  const job = decision.running[0]?.id
  return await left(action, member, run, job === undefined ? 'leaves' : `leaves after its job ${job}`)
}

async function leaveNow(action: ScaleAction, run: ScaleRun): Promise<Leaver> {
  const { member } = action
  if (!member) throw new Error('nobody was named who could leave')
  const decision = await run.backend.ask(member.id, run.drainBusy ? { op: 'stop' } : { op: 'drain', ifIdle: true })
  if (!decision) return terminated(action, member, run)
  if (!decision.accepted) return stays(action, member)
  const job = decision.running[0]?.id
  return await left(action, member, run, job === undefined ? 'leaves' : `leaves after its job ${job}`)
}

async function left(action: ScaleAction, member: FleetMember, run: ScaleRun, doing: string): Promise<Leaver> {
  run.onProgress({ action, doing })
  return { action, ending: awaitGone(member, run) }
}

function terminated(action: ScaleAction, member: FleetMember, run: ScaleRun): Leaver {
  run.onProgress({ action, doing: 'gives no answer and is ended' })
  return { action, ending: endSilent(member, run) }
}

function stays(action: ScaleAction, member: FleetMember): Leaver {
  return { action, ending: Promise.resolve({ result: 'busy', detail: `it runs ${jobOf(member) ?? 'a job'}` }) }
}
