import fc from 'fast-check'
import { expect, it } from 'vitest'
import { momentToLeave } from '../../../src/worker/link/leave-window.ts'
import { WindowedBoard } from '../../support/windowed-board.ts'

/** What goes before an idle worker's decision to leave. */
interface Past {
  /** How long a frame is on its way, either way. */
  readonly transitMs: number
  readonly idleBeforeJobMs: number
  /** How long its one job took; undefined where it had none. */
  readonly jobMs: number | undefined
  readonly idleMs: number
  readonly slots: number
}

/** How long the worker's reader is left behind where the worker leaves at the moment that it chooses itself. */
function leftBehindMs({ transitMs, idleBeforeJobMs, jobMs, idleMs, slots }: Past): number {
  using scene = new WindowedBoard()
  const worker = scene.join('w', slots)
  const helloAckAt = scene.clock.now() + transitMs
  let lastCompleteAt: number | undefined
  scene.clock.advance(transitMs + idleBeforeJobMs)
  if (jobMs !== undefined) {
    scene.submit('a')
    scene.clock.advance(jobMs + 2 * transitMs)
    lastCompleteAt = scene.clock.now() - transitMs
    scene.complete(worker, 'a')
  }
  scene.clock.advance(idleMs)
  const now = scene.clock.now()
  const moment = momentToLeave({ helloAckAt, lastCompleteAt, now, lingerMs: 31_000 })
  scene.clock.advance(moment + transitMs - now)
  scene.board.leave(worker)
  let passedMs = 0
  for (; scene.board.abandoned.length > 0; passedMs++) scene.clock.advance(1)
  return passedMs
}

const past = fc.record({
  transitMs: fc.nat({ max: 125 }),
  idleBeforeJobMs: fc.nat({ max: 100_000 }),
  jobMs: fc.option(fc.nat({ max: 60_000 }), { nil: undefined }),
  idleMs: fc.nat({ max: 600_000 }),
  slots: fc.integer({ min: 1, max: 3 }),
})

/** Half a second of margin, the two seconds until the router looks at a worker with several slots, and 5 ms a window. */
const longestMs = 500 + 2_000 + 200

it('who leaves at its own moment leaves its reader behind for moments only, however far away the router is', () => {
  fc.assert(
    fc.property(past, (each) => void expect(leftBehindMs(each)).toBeLessThan(longestMs)),
    { numRuns: 300 },
  )
})

it('who has had no job leaves its reader behind for a quarter of a second, and not for a whole window', () => {
  const past = { idleBeforeJobMs: 0, jobMs: undefined, idleMs: 10_000, slots: 1 }
  expect([0, 1, 50, 125].map((transitMs) => leftBehindMs({ ...past, transitMs }))).toEqual([255, 253, 155, 5])
})
