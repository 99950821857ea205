import { describe, expect, it } from 'vitest'
import { goals } from '../../bench/goals.ts'
import { measures } from '../../bench/measures.ts'
import { parseOptions } from '../../bench/support/options.ts'

const names = ['one', 'two', 'three']

describe("the bench's command line", () => {
  it('runs everything fifteen times unless told otherwise', () => {
    expect(parseOptions([], names)).toEqual({ runs: 15, names, json: false, list: false })
  })

  it('runs what --only names, as often as --runs says', () => {
    const options = parseOptions(['--only', 'three, one', '--runs', '4', '--json'], names)
    expect(options).toEqual({ runs: 4, names: ['three', 'one'], json: true, list: false })
  })

  it.each([
    [['--only', 'four'], 'there is no measure "four"'],
    [['--runs', '0'], '--runs takes a whole number from 1 to 99999, not "0"'],
    [['--runs', '2.5'], '--runs takes a whole number from 1 to 99999, not "2.5"'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j in a sentence', (argv, sentence) => {
    expect(() => parseOptions(argv, names)).toThrow(sentence)
  })

  it('knows every measure by a name of its own', () => {
    expect(new Set(measures.map(({ name }) => name)).size).toBe(measures.length)
  })

  it('holds every goal to one limit', () => {
    expect(goals.filter(({ atLeast, atMost }) => (atLeast === undefined) === (atMost === undefined))).toEqual([])
  })
})
