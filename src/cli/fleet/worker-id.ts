import type { FleetMember } from '../../fleet/member.ts'

/** What a member is called, which no other worker is: for a while two share a place. */
export function workerId({ name, isSuccessor }: Pick<FleetMember, 'name' | 'isSuccessor'>): string {
  return isSuccessor ? `${name}-next` : name
}
