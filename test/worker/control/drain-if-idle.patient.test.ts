import { setImmediate as nextRound } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { WorkerEvent } from '../../../src/worker/worker-events.ts'
import { claudeProgram } from '../../support/claude-program.ts'
import { within } from '../../support/event-record.ts'
import { openHouse } from '../../support/house.ts'
import { decisionOf } from '../../support/worker-door.ts'

type HouseWithWorker = Awaited<ReturnType<typeof openHouse>>

/** How far a job has come when the worker is asked to leave if it is idle; so many rounds of the event loop later. */
interface Step {
  readonly after: 'submitted' | 'started' | 'first token' | 'answered' | 'settled'
  readonly rounds: number
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    after: fc.constantFrom('submitted', 'started', 'first token', 'answered', 'settled'),
    rounds: fc.nat({ max: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
)

/** Submits a job and waits until it has come so far. Returns its id. */
async function come(house: HouseWithWorker, { after, rounds }: Step): Promise<string> {
  const { jobId, done } = house.ask('one two three')
  if (after === 'started') await house.worker.next('job_started', (event) => event.jobId === jobId)
  if (after === 'first token') await house.router.next('token', (message) => message.job_id === jobId)
  if (after === 'answered') await done
  if (after === 'settled') await house.worker.next('job_finished', (event) => event.jobId === jobId)
  for (let round = 0; round < rounds; round++) await nextRound()
  return jobId
}

function countOf(events: readonly WorkerEvent[], type: WorkerEvent['type']): number {
  return events.filter((event) => event.type === type).length
}

it.skipIf(claudeProgram() === undefined)(
  'a worker that is to leave if it is idle never leaves with a job in hand, and no job is lost',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 2 }), async (plan, concurrency) => {
        await using house = await openHouse({ worker: { lingerMs: 0, concurrency, claude: { warm: 2 } } })
        const jobs: string[] = []
        let isAccepted = false
        for (const step of plan) {
          jobs.push(await come(house, step))
          const { accepted, running } = await decisionOf(house, { op: 'drain', ifIdle: true })
          expect(accepted).toBe(running.length === 0)
          isAccepted = accepted
          if (isAccepted) break
        }
        if (!isAccepted) {
          await house.router.until(({ workers }) => workers[0]?.running.length === 0, 'every job to be answered')
          expect(await decisionOf(house, { op: 'drain', ifIdle: true })).toMatchObject({ accepted: true })
        }
        expect(await within('the end of the worker', house.worker.ended)).toMatchObject({ exit: 'done' })
        const events = house.worker.events.all
        const decided = events.findIndex((event) => event.type === 'state' && event.to === 'draining')
        const before = events.slice(0, decided)
        expect(countOf(before, 'job_started')).toBe(countOf(before, 'job_finished'))
        expect(countOf(events, 'job_started')).toBe(countOf(before, 'job_started'))
        const done = events.flatMap((event) => (event.type === 'job_finished' ? [event] : []))
        expect(done.map(({ outcome }) => outcome)).toEqual(done.map(() => 'completed'))
        expect([...done.map(({ jobId }) => jobId), ...house.router.waiting].sort()).toEqual([...jobs].sort())
      }),
      { numRuns: 6 },
    )
  },
  // Each run is a whole worker with the real Claude Code.
  90_000,
)
