import { describe, expect, it } from 'vitest'
import { planScale } from '../../src/fleet/plan-scale.ts'
import type { ScaleTarget } from '../../src/fleet/scale-plan.ts'
import { member } from '../support/fleet-members.ts'

function planned(members: Parameters<typeof planScale>[0], wanted: number, facts: Partial<ScaleTarget> = {}): string[] {
  const target = { fleet: 'default', wanted, configHash: 'new', recreate: 'auto', ...facts } as const
  return planScale(members, target).map(({ op, worker }) => `${op} ${worker}`)
}

const old = { configHash: 'old' }

describe('growing', () => {
  it('makes members in the lowest places that are empty', () => {
    expect(planned([member(2), member(4)], 4)).toEqual([
      'create default-1',
      'keep default-2',
      'create default-3',
      'keep default-4',
    ])
  })

  it('of nothing makes all of them', () => {
    expect(planned([], 2)).toEqual(['create default-1', 'create default-2'])
  })

  it('starts what has ended before it makes anything new', () => {
    expect(planned([member(1), member(2, 'stopped')], 3)).toEqual([
      'keep default-1',
      'start default-2',
      'create default-3',
    ])
  })

  it('makes a new member for a place whose old one is leaving', () => {
    expect(planned([member(1, 'draining'), member(2)], 2)).toEqual([
      'drain default-1',
      'create default-1',
      'keep default-2',
    ])
  })
})

describe('shrinking', () => {
  it('keeps the low numbers', () => {
    expect(planned([member(1), member(2), member(3)], 1)).toEqual([
      'keep default-1',
      'drain default-2',
      'drain default-3',
    ])
  })

  it('takes the idle ones before the busy ones', () => {
    expect(planned([member(1), member(2), member(3, 'busy'), member(4), member(5, 'busy')], 2)).toEqual([
      'drain default-1',
      'drain default-2',
      'keep default-3',
      'drain default-4',
      'keep default-5',
    ])
  })

  it('takes what is broken, then what is not ready, then idle ones of another making, then idle ones, then busy ones', () => {
    const fleet = [
      member(1, 'busy'),
      member(2, 'idle', old),
      member(3, 'stopped'),
      member(4, 'reconnecting'),
      member(5),
    ]
    const leaving = (wanted: number) =>
      planned(fleet, wanted, { recreate: 'never' }).filter((line) => /^(drain|remove)/.test(line))
    expect([4, 3, 2, 1, 0].map(leaving)).toEqual([
      ['remove default-3'],
      ['remove default-3', 'drain default-4'],
      ['drain default-2', 'remove default-3', 'drain default-4'],
      ['drain default-2', 'remove default-3', 'drain default-4', 'drain default-5'],
      ['drain default-1', 'drain default-2', 'remove default-3', 'drain default-4', 'drain default-5'],
    ])
  })

  it('takes a member and the one that was to replace it', () => {
    expect(planned([member(1), member(2, 'idle', old), member(2, 'idle', { isSuccessor: true })], 1)).toEqual([
      'keep default-1',
      'drain default-2',
      'drain default-2',
    ])
  })
})

describe('what stays', () => {
  it('is left alone where it is what is wanted', () => {
    expect(planned([member(1), member(2, 'busy')], 2)).toEqual(['keep default-1', 'keep default-2'])
  })

  it('is replaced where it was made from something else', () => {
    expect(planned([member(1, 'idle', old), member(2, 'busy', old)], 2)).toEqual([
      'replace default-1',
      'replace default-2',
    ])
  })

  it('is replaced with a reason', () => {
    const from = (model: string) => ({ imageId: 'same', settings: { AUXOT_CLI_DEFAULT_MODEL: model } })
    const target = { fleet: 'default', wanted: 1, configHash: 'new', madeFrom: from('opus'), recreate: 'auto' } as const
    const reason = 'its settings are others: AUXOT_CLI_DEFAULT_MODEL sonnet → opus'
    const members = [member(1, 'idle', { ...old, madeFrom: from('sonnet') })]
    expect(planScale(members, target)).toMatchObject([{ op: 'replace', reason }])
  })

  it('of another making is left alone with "never", and all are replaced with "always"', () => {
    expect(planned([member(1, 'idle', old), member(2, 'stopped', old)], 2, { recreate: 'never' })).toEqual([
      'keep default-1',
      'start default-2',
    ])
    expect(planned([member(1)], 1, { recreate: 'always' })).toEqual(['replace default-1'])
  })

  it('is started again where the backend would not do that after a crash', () => {
    expect(planned([member(1, 'idle', { comesBack: false })], 1)).toEqual(['start default-1'])
  })
})

describe('what an earlier run left half done', () => {
  it('is removed where it was made and never started, and made anew', () => {
    expect(planned([member(1, 'stopped', { isHalfMade: true })], 1)).toEqual(['remove default-1', 'create default-1'])
  })

  it('is gone on with where a replacement was begun', () => {
    const [action] = planScale([member(1, 'idle', old), member(1, 'starting', { isSuccessor: true })], {
      fleet: 'default',
      wanted: 1,
      configHash: 'new',
      recreate: 'auto',
    })
    expect(action).toMatchObject({
      op: 'replace',
      member: { id: 'container-1' },
      successor: { id: 'container-1-next' },
    })
  })

  it('gets its name where only that was left to do', () => {
    expect(planned([member(1, 'idle', { isSuccessor: true })], 1)).toEqual(['start default-1'])
  })

  it('is waited for and removed where it is leaving', () => {
    expect(planned([member(1), member(2, 'draining')], 1)).toEqual(['keep default-1', 'drain default-2'])
  })
})
