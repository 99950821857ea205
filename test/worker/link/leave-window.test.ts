import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { momentToLeave } from '../../../src/worker/link/leave-window.ts'

describe('the moment to leave', () => {
  const cases = [
    { title: 'just before the first window ends', facts: { now: 0 }, moment: 29_745 },
    { title: 'just before the second window ends', facts: { now: 31_000 }, moment: 59_740 },
    { title: 'a little earlier with every window passed', facts: { now: 600_000 }, moment: 629_645 },
    {
      title: 'half a second before the window ends that began with the end of a job',
      facts: { lastCompleteAt: 10_000, now: 12_000 },
      moment: 39_495,
    },
    { title: 'the next window, when this one may be over', facts: { now: 29_746 }, moment: 59_740 },
    { title: 'at once in the safe moment itself', facts: { now: 29_745 }, moment: 29_745 },
    { title: 'no later than the linger allows', facts: { now: 1_000, lingerMs: 5_000 }, moment: 6_000 },
    { title: 'at once without a linger', facts: { now: 1_000, lingerMs: 0 }, moment: 1_000 },
  ]
  test.each(cases)('$title', ({ facts, moment }) => {
    expect(momentToLeave({ helloAckAt: 0, lingerMs: 31_000, ...facts })).toBe(moment)
  })
})

const facts = fc.record({
  helloAckAt: fc.nat({ max: 1_000_000 }),
  sinceComplete: fc.option(fc.nat({ max: 20_000_000 }), { nil: undefined }),
  idleMs: fc.nat({ max: 20_000_000 }),
  lingerMs: fc.nat({ max: 60_000 }),
})

test('the moment is never past, and never later than now plus the linger', () => {
  fc.assert(
    fc.property(facts, ({ helloAckAt, sinceComplete, idleMs, lingerMs }) => {
      const lastCompleteAt = sinceComplete === undefined ? undefined : helloAckAt + sinceComplete
      const now = (lastCompleteAt ?? helloAckAt) + idleMs
      const moment = momentToLeave({ helloAckAt, lastCompleteAt, now, lingerMs })
      expect(moment).toBeGreaterThanOrEqual(now)
      expect(moment).toBeLessThanOrEqual(now + lingerMs)
    }),
  )
})

test('with a linger of 31 s it is always before a window ends, by no more than its margin', () => {
  fc.assert(
    fc.property(fc.nat({ max: 3_000_000 }), fc.boolean(), (idleMs, afterJob) => {
      const start = 5_000_000
      const lastCompleteAt = afterJob ? start : undefined
      const moment = momentToLeave({ helloAckAt: start, lastCompleteAt, now: start + idleMs, lingerMs: 31_000 })
      const windows = Math.ceil((moment - start) / 30_000)
      const marginMs = start + windows * 30_000 - moment
      expect(marginMs).toBe(5 * windows + (afterJob ? 500 : 250))
    }),
  )
})
