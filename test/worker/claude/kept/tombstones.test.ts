import { describe, expect, it } from 'vitest'
import { Tombstones } from '../../../../src/worker/claude/tombstones.ts'

describe('the memory of what is gone', () => {
  it('holds the last reason, until it is told to forget', () => {
    const gone = new Tombstones<string>()
    gone.bury('a', 'expired')
    gone.bury('a', 'died')
    expect([gone.reasonFor('a'), gone.reasonFor('b')]).toEqual(['died', undefined])
    gone.forget('a')
    expect(gone.reasonFor('a')).toBeUndefined()
  })

  it('is bounded: what was buried longest ago goes first', () => {
    const gone = new Tombstones<string>()
    for (let n = 0; n < 1_000; n++) gone.bury(`${n}`, 'expired')
    gone.bury('0', 'died')
    gone.bury('new', 'expired')
    expect([gone.reasonFor('0'), gone.reasonFor('1'), gone.reasonFor('2'), gone.reasonFor('new')]).toEqual([
      'died',
      undefined,
      'expired',
      'expired',
    ])
  })
})
