import { type FleetMember, isBroken } from './member.ts'

/**
 * The order in which members leave: what is broken, what is not ready, what is idle and was made from something else, what is idle,
 * what is busy. Within each, the highest place first, so that the low numbers stay.
 */
export function victimsFirst(configHash: string): (a: FleetMember, b: FleetMember) => number {
  const rank = (member: FleetMember) => rankOf(member, configHash)
  return (a, b) => rank(a) - rank(b) || b.slot - a.slot
}

function rankOf(member: FleetMember, configHash: string): number {
  if (isBroken(member)) return 0
  if (member.state === 'busy') return 4
  if (member.state !== 'idle') return 1
  return member.configHash === configHash ? 3 : 2
}
