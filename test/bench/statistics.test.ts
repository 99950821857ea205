import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statisticsOf } from '../../bench/support/statistics.ts'

describe('statistics of a series', () => {
  it('takes the middle value of an odd number of values, whatever their order', () => {
    expect(statisticsOf([30, 1, 2])).toEqual({ n: 3, min: 1, median: 2, p95: 30 })
  })

  it('takes the mean of the two middle values of an even number', () => {
    expect(statisticsOf([4, 1, 10, 2])).toEqual({ n: 4, min: 1, median: 3, p95: 10 })
  })

  it('reads p95 off the value that 95 % do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(statisticsOf(hundred)).toEqual({ n: 100, min: 1, median: 50.5, p95: 95 })
  })

  it('compares values as numbers, not as texts', () => {
    expect(statisticsOf([100, 9, 20]).median).toBe(20)
  })

  it('refuses a series without values', () => {
    expect(() => statisticsOf([])).toThrow('a series without values has no statistics')
  })

  it('lets half of any series stand on either side of its median, and leaves the series as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values]
        const { min, median, p95 } = statisticsOf(values)
        const half = values.length / 2
        expect(values.filter((value) => value <= median).length).toBeGreaterThanOrEqual(half)
        expect(values.filter((value) => value >= median).length).toBeGreaterThanOrEqual(half)
        expect(values.filter((value) => value <= p95).length).toBeGreaterThanOrEqual(values.length * 0.95)
        expect(Math.min(...values)).toBe(min)
        expect(values).toEqual(before)
      }),
    )
  })
})
