import { differenceOf } from './made-from.ts'
import { type FleetMember, isBroken, isReady } from './member.ts'
import type { ScaleAction, ScaleTarget } from './scale-plan.ts'
import { victimsFirst } from './victims.ts'

/**
 * What has to be done to make a fleet what is wanted. Pure; the same members give the same plan, and a fleet that is what is wanted
 * gives a plan that keeps everything.
 *
 * - Too many: those leave that lose the least (`victims.ts`).
 * - Too few: new ones in the lowest places that are empty.
 * - Stays: what has ended begins again; what was made from something else is replaced, unless `recreate` is `never`.
 * - What an earlier run left half done is finished or taken away: members that were made and never started, members that are
 *   leaving already, and successors whose predecessor is still there, or is not.
 */
export function planScale(members: readonly FleetMember[], target: ScaleTarget): readonly ScaleAction[] {
  const { halfMade, leaving, staying, successors } = sorted([...members].sort(inOrder), target)
  const surplus = Math.max(0, staying.length - target.wanted)
  const victims = [...staying].sort(victimsFirst(target.configHash)).slice(0, surplus)
  const keepers = staying.filter((member) => !victims.includes(member))
  const kept = keepers.map((member) => planKeeper(member, successors.get(member), target))
  const orphans = [...successors].flatMap(([member, successor]) => (victims.includes(member) ? [successor] : []))
  return [
    ...halfMade.map((member) => action('remove', member, 'its start was never finished')),
    ...leaving.map((member) =>
      action(member.state === 'stopped' ? 'remove' : 'drain', member, 'it is leaving already'),
    ),
    ...[...victims, ...orphans].map(planVictim),
    ...kept,
    ...newMembers([...keepers, ...inFullPlaces(leaving)], target, keepers.length),
  ].sort((a, b) => a.slot - b.slot || order.indexOf(a.op) - order.indexOf(b.op))
}

function inOrder(a: FleetMember, b: FleetMember): number {
  return a.slot - b.slot || Number(a.isSuccessor) - Number(b.isSuccessor) || (a.id < b.id ? -1 : 1)
}

/** Within a place, what empties it goes first. */
const order: readonly ScaleAction['op'][] = ['remove', 'drain', 'replace', 'start', 'keep', 'create']

interface SortedMembers {
  readonly halfMade: readonly FleetMember[]
  readonly leaving: readonly FleetMember[]
  /** One for each place. */
  readonly staying: readonly FleetMember[]
  /** Those that were made to take the place of one that stays, by the latter. */
  readonly successors: ReadonlyMap<FleetMember, FleetMember>
}

function sorted(members: readonly FleetMember[], target: ScaleTarget): SortedMembers {
  const halfMade = members.filter(({ isHalfMade }) => isHalfMade)
  const leaving: FleetMember[] = members.filter(({ state, isHalfMade }) => state === 'draining' && !isHalfMade)
  const rest = members.filter((member) => !halfMade.includes(member) && !leaving.includes(member))
  const staying: FleetMember[] = []
  const successors = new Map<FleetMember, FleetMember>()
  for (const inPlace of byPlace(rest)) {
    const [first, second, ...others] = inPlace.sort((a, b) => predecessorRank(a, target) - predecessorRank(b, target))
    if (first) staying.push(first)
    if (first && second) successors.set(first, second)
    leaving.push(...others)
  }
  return { halfMade, leaving, staying, successors }
}

function byPlace(members: readonly FleetMember[]): FleetMember[][] {
  const places = new Map<number, FleetMember[]>()
  for (const member of members) places.set(member.slot, [...(places.get(member.slot) ?? []), member])
  return [...places.values()]
}

/** The one that was there first: it goes when the other is ready. */
function predecessorRank({ isSuccessor, configHash }: FleetMember, target: ScaleTarget): number {
  return (isSuccessor ? 2 : 0) + (configHash === target.configHash ? 1 : 0)
}

function planKeeper(member: FleetMember, successor: FleetMember | undefined, target: ScaleTarget): ScaleAction {
  const isCurrent = member.configHash === target.configHash
  // A run that ended between the two left both; the newer one is what was wanted.
  if (successor) return { ...action('replace', member, 'its replacement was begun'), successor }
  if (target.recreate === 'always') return action('replace', member, 'all are to be replaced')
  if (!isCurrent && target.recreate === 'auto')
    return action('replace', member, differenceOf(member.madeFrom, target.madeFrom))
  if (member.state === 'stopped') return action('start', member, member.reason ?? 'it has ended')
  if (member.isSuccessor) return action('start', member, 'its replacing was not finished')
  if (!member.comesBack) return action('start', member, 'it would not come back after a crash')
  return action('keep', member, isReady(member) ? 'up to date' : (member.reason ?? member.state))
}

function planVictim(member: FleetMember): ScaleAction {
  const isDead = member.state === 'stopped' || member.state === 'crash_loop'
  return action(
    isDead ? 'remove' : 'drain',
    member,
    isBroken(member) ? (member.reason ?? member.state) : 'fewer are wanted',
  )
}

function newMembers(inPlaces: readonly FleetMember[], { fleet, wanted }: ScaleTarget, staying: number): ScaleAction[] {
  const taken = new Set(inPlaces.map(({ slot }) => slot))
  const actions: ScaleAction[] = []
  for (let slot = 1; actions.length < wanted - staying; slot++) {
    if (taken.has(slot)) continue
    actions.push({ op: 'create', worker: `${fleet}-${slot}`, slot, reason: 'more are wanted' })
  }
  return actions
}

/** A place has two names, its own and that of a successor: where two are leaving, no third can be made. */
function inFullPlaces(leaving: readonly FleetMember[]): FleetMember[] {
  return leaving.filter(({ slot }) => leaving.filter((other) => other.slot === slot).length > 1)
}

function action(op: ScaleAction['op'], member: FleetMember, reason: string): ScaleAction {
  return { op, worker: member.name, slot: member.slot, reason, member }
}
