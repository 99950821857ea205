import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UniqueNames } from '../../../src/worker/jobs/unique-names.ts'

describe('unique names', () => {
  it('keeps the first of a name and numbers the others', () => {
    const names = new UniqueNames()
    expect(['a', 'a', 'b', 'a'].map((name) => names.claim(name))).toEqual(['a', 'a_2', 'b', 'a_3'])
  })

  it('steps over a number that is taken', () => {
    const names = new UniqueNames()
    expect(['a_2', 'a', 'a', 'a_2'].map((name) => names.claim(name))).toEqual(['a_2', 'a', 'a_3', 'a_2_2'])
  })

  it('makes room for the number in a name of full length', () => {
    const names = new UniqueNames(5)
    expect(['abcde', 'abcde', 'abcdf'].map((name) => names.claim(name))).toEqual(['abcde', 'abc_2', 'abcdf'])
    expect(names.claim('abcdf')).toBe('abc_3')
  })

  it('never hands out a name twice, keeps to the length, and does not change a name that is free', () => {
    const wanted = fc.array(fc.constantFrom('a', 'a_2', 'a_3', 'a_2_2', 'abcdef', 'abcd_2', 'abcdeg'), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(wanted, (all) => {
        const names = new UniqueNames(6)
        const taken = new Set<string>()
        for (const name of all) {
          const claimed = names.claim(name)
          expect(taken).not.toContain(claimed)
          if (!taken.has(name)) expect(claimed).toBe(name)
          expect(claimed.length).toBeLessThanOrEqual(6)
          taken.add(claimed)
        }
      }),
    )
  })
})
