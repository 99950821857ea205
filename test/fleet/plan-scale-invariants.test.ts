import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FleetMember, isReady } from '../../src/fleet/member.ts'
import { planScale } from '../../src/fleet/plan-scale.ts'
import type { ScaleAction, ScaleTarget } from '../../src/fleet/scale-plan.ts'
import { changesAnything } from '../../src/fleet/scale-plan.ts'
import { anyFleet, member } from '../support/fleet-members.ts'

const anyTarget: fc.Arbitrary<ScaleTarget> = fc.record({
  fleet: fc.constant('default'),
  wanted: fc.integer({ min: 0, max: 9 }),
  configHash: fc.constant('new'),
  recreate: fc.constantFrom('auto', 'never', 'always'),
})

/** The fleet as it is once everything in a plan was done. */
function carriedOut(plan: readonly ScaleAction[]): FleetMember[] {
  return plan.flatMap(({ op, slot, member: before }) => {
    if (op === 'drain' || op === 'remove') return []
    if (op === 'create' || op === 'replace') return [member(slot)]
    if (op === 'keep') return before ? [before] : []
    return before ? [{ ...before, state: 'idle' as const, comesBack: true, isSuccessor: false }] : []
  })
}

function holds(check: (members: FleetMember[], target: ScaleTarget, plan: readonly ScaleAction[]) => void): void {
  fc.assert(
    fc.property(anyFleet, anyTarget, (members, target) => check(members, target, planScale(members, target))),
    { numRuns: 500 },
  )
}

const staying = ['create', 'replace', 'start', 'keep']

describe('every plan', () => {
  it('leaves as many members as are wanted, each in a place of its own', () => {
    holds((_, { wanted }, plan) => {
      const slots = plan.filter(({ op }) => staying.includes(op)).map(({ slot }) => slot)
      expect(slots).toHaveLength(wanted)
      expect(new Set(slots).size).toBe(wanted)
    })
  })

  it('speaks of every member once, and of nobody else', () => {
    holds((members, _, plan) => {
      const told = plan.flatMap(({ member: one, successor }) => [one, successor]).filter((one) => one !== undefined)
      expect(told.map(({ id }) => id).sort()).toEqual(members.map(({ id }) => id).sort())
    })
  })

  it('is done once: what it leads to needs no other', () => {
    holds((_, target, plan) => {
      if (target.recreate === 'always') return
      const after = carriedOut(plan)
      expect(planScale(after, target).filter(({ op }) => op !== 'keep')).toEqual([])
    })
  })

  it('never asks a busy member to leave while an idle one may stay', () => {
    holds((members, target, plan) => {
      const successors = new Set(plan.map(({ successor }) => successor?.id))
      const isAlone = ({ slot }: FleetMember) => members.filter((one) => one.slot === slot).length === 1
      const leaves = plan.filter(({ op, member: one }) => op === 'drain' && one?.state === 'busy' && isAlone(one))
      const idle = plan.filter(
        ({ op, member: one }) => op === 'keep' && one?.state === 'idle' && !successors.has(one.id),
      )
      if (leaves.length > 0) expect(idle, `${target.wanted}`).toEqual([])
    })
  })

  it('takes the highest places first among members that are alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (present, wanted) => {
        const members = Array.from({ length: present }, (_, index) => member(index + 1))
        const target = { fleet: 'default', wanted, configHash: 'new', recreate: 'auto' } as const
        const leaves = planScale(members, target).filter(({ op }) => op === 'drain')
        expect(leaves.map(({ slot }) => slot)).toEqual(members.slice(wanted).map(({ slot }) => slot))
      }),
    )
  })

  it('keeps ready members of the right making as long as they are not too many', () => {
    holds((members, target, plan) => {
      const isAlone = ({ slot }: FleetMember) => members.filter((one) => one.slot === slot).length === 1
      const good = members.filter((one) => isReady(one) && one.configHash === 'new' && !one.isSuccessor && isAlone(one))
      if (target.recreate === 'always' || members.length > target.wanted) return
      const kept = plan.filter(({ op }) => op === 'keep' || op === 'start').map(({ member: one }) => one?.id)
      expect(kept).toEqual(expect.arrayContaining(good.map(({ id }) => id)))
    })
  })

  it('is the same for the same members in another order, and changes nothing exactly when all are kept', () => {
    fc.assert(
      fc.property(
        anyFleet.chain((members) =>
          fc.tuple(fc.constant(members), fc.shuffledSubarray(members, { minLength: members.length })),
        ),
        anyTarget,
        ([members, shuffled], target) => {
          const plan = planScale(members, target)
          expect(planScale(shuffled, target)).toEqual(plan)
          expect(changesAnything(plan)).toBe(plan.some(({ op }) => op !== 'keep'))
        },
      ),
    )
  })
})
