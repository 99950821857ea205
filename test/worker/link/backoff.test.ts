import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Backoff } from '../../../src/worker/link/backoff.ts'

const justBelowOne = 1 - 2 ** -53

test('the window doubles with every failure up to the longest, and begins anew after a reset', () => {
  const backoff = new Backoff({ firstMs: 1_000, longestMs: 30_000, random: () => justBelowOne })
  const windows = Array.from({ length: 7 }, () => backoff.nextDelayMs())
  backoff.reset()
  expect([windows, backoff.nextDelayMs()]).toEqual([[1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000], 1_000])
})

test('a wait lies anywhere in its window, however many failures there were', () => {
  const options = fc.record({
    firstMs: fc.integer({ min: 1, max: 60_000 }),
    longestMs: fc.integer({ min: 1, max: 600_000 }),
    failures: fc.integer({ min: 0, max: 2_000 }),
    random: fc.double({ min: 0, max: justBelowOne, noNaN: true }),
  })
  fc.assert(
    fc.property(options, ({ firstMs, longestMs, failures, random }) => {
      const backoff = new Backoff({ firstMs, longestMs, random: () => random })
      for (let i = 0; i < failures; i++) backoff.nextDelayMs()
      const windowMs = Math.min(longestMs, firstMs * 2 ** failures)
      expect(backoff.nextDelayMs()).toBe(Math.round(random * windowMs))
    }),
  )
})
