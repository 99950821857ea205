import fc from 'fast-check'
import { type FleetMember, type MemberState, memberStates } from '../../src/fleet/member.ts'

/** A member as a backend would tell of it. */
export function member(slot: number, state: MemberState = 'idle', facts: Partial<FleetMember> = {}): FleetMember {
  return {
    id: `container-${slot}${facts.isSuccessor ? '-next' : ''}`,
    name: `default-${slot}`,
    fleet: 'default',
    slot,
    state,
    configHash: 'new',
    isHalfMade: false,
    isSuccessor: false,
    comesBack: true,
    ...facts,
  }
}

const oneMember = (slot: number, isSuccessor: boolean) =>
  fc
    .record({
      state: fc.constantFrom(...memberStates),
      configHash: fc.constantFrom('new', 'old'),
      isHalfMade: fc.boolean(),
      comesBack: fc.boolean(),
    })
    .map(({ state, isHalfMade, ...facts }) =>
      // What was never started is stopped.
      member(slot, isHalfMade ? 'stopped' : state, { ...facts, isHalfMade, isSuccessor }),
    )

/** Fleets in every state they may be found in: some places empty, some with a member, some with one and its successor. */
export const anyFleet: fc.Arbitrary<FleetMember[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 })
  .chain((slots) =>
    fc.tuple(
      ...slots.map((slot) =>
        fc.oneof(
          { weight: 4, arbitrary: oneMember(slot, false).map((one) => [one]) },
          { weight: 1, arbitrary: oneMember(slot, true).map((one) => [one]) },
          { weight: 1, arbitrary: fc.tuple(oneMember(slot, false), oneMember(slot, true)) },
        ),
      ),
    ),
  )
  .map((places) => places.flat())
