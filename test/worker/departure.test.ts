import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExitName } from '../../src/shared/exit-codes.ts'
import { Departure, type LeaveReason } from '../../src/worker/departure.ts'
import type { CancelReason } from '../../src/worker/jobs/job-cancelled-error.ts'
import type { StopStep } from '../../src/worker/stop-requests.ts'
import { LogRecord } from '../support/log-record.ts'
import { ManualClock } from '../support/manual-clock.ts'

const drainTimeoutMs = 600_000
const lingerMs = 31_000
const cause = { by: 'a test', exit: 'terminated' } as const

/** A departure whose worker, jobs and connection are played by the test. */
class DepartureOnTrial {
  readonly clock = new ManualClock()
  readonly log = new LogRecord()
  readonly left: { kind: LeaveReason['kind']; forced: ExitName | undefined; atMs: number }[] = []
  readonly killed: ExitName[] = []
  readonly cancelled: CancelReason[] = []
  readonly startMs = this.clock.now()
  windows: { helloAckAt: number; lastCompleteAt: number | undefined } | undefined
  jobs = 0
  wasAsked = false
  readonly departure: Departure

  constructor(more: { lingerMs?: number } = {}) {
    this.windows = { helloAckAt: this.startMs, lastCompleteAt: undefined }
    this.departure = new Departure({
      drainTimeoutMs,
      lingerMs,
      ...more,
      clock: this.clock,
      log: this.log,
      jobs: this.#jobs(),
      windows: () => this.windows,
      onDecided: () => {},
      onLeave: ({ kind }, forced) => this.left.push({ kind, forced, atMs: this.clock.now() - this.startMs }),
      onKill: (exit) => this.killed.push(exit),
    })
  }

  stop(step: StopStep): void {
    this.wasAsked = true
    this.departure.stop(step, cause)
  }

  /** A job has come; true when it was taken. */
  jobComes(): boolean {
    const isAccepted = this.departure.accepts()
    if (isAccepted) this.jobs += 1
    return isAccepted
  }

  jobEnds(): void {
    this.jobs -= 1
    this.departure.jobOnSettled()
  }

  #jobs() {
    const trial = this
    return {
      get size() {
        return trial.jobs
      },
      cancelAll: (reason: CancelReason) => void this.cancelled.push(reason),
    }
  }
}

/** Something that may happen to a worker; a number lets time pass. */
type Happening = 'job' | 'end' | StopStep | number

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constantFrom<Happening>('job', 'end', 'drain', 'finish', 'cancel'),
  fc.integer({ min: 0, max: 40_000 }),
)

function isStep(each: Happening): each is StopStep {
  return each === 'drain' || each === 'finish' || each === 'cancel'
}

/** A worker that has left hears of nothing more; one with jobs, or that nobody asked, has not left. */
function play(each: Happening, trial: DepartureOnTrial): void {
  if (trial.left.length > 0) return
  if (each === 'job') trial.jobComes()
  if (each === 'end' && trial.jobs > 0) trial.jobEnds()
  if (typeof each === 'number') trial.clock.advance(each)
  if (isStep(each)) trial.stop(each)
  if (trial.jobs > 0 || !trial.wasAsked) expect(trial.left).toEqual([])
}

describe('leaving the router', () => {
  it.each(['finish', 'cancel'] as const)('happens at once when nothing runs and there is hurry: %s', (step) => {
    const trial = new DepartureOnTrial()
    trial.stop(step)
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 0 }])
    trial.departure[Symbol.dispose]()
    expect(trial.clock.armed).toBe(0)
  })

  it('waits for the end of the window for jobs when there is no hurry', () => {
    const trial = new DepartureOnTrial()
    trial.clock.advance(7_000)
    trial.stop('drain')
    trial.clock.advance(22_744)
    expect(trial.left).toEqual([])
    trial.clock.advance(1)
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 29_745 }])
  })

  it('waits no longer than it was told to', () => {
    const trial = new DepartureOnTrial({ lingerMs: 5_000 })
    trial.stop('drain')
    trial.clock.advance(60_000)
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 5_000 }])
  })

  it('does not wait at all with a linger of nothing', () => {
    const trial = new DepartureOnTrial({ lingerMs: 0 })
    trial.stop('drain')
    trial.clock.advance(0)
    expect(trial.left).toMatchObject([{ atMs: 0 }])
  })

  it('does not wait for a window where there is no connection', () => {
    const trial = new DepartureOnTrial()
    trial.windows = undefined
    trial.stop('drain')
    expect(trial.left).toMatchObject([{ atMs: 0 }])
  })

  it('waits no more once there is hurry', () => {
    const trial = new DepartureOnTrial()
    trial.stop('drain')
    trial.clock.advance(1_000)
    trial.stop('finish')
    trial.clock.advance(60_000)
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 1_000 }])
  })

  it('takes one last job while it waits, and goes right behind it', () => {
    const trial = new DepartureOnTrial()
    trial.stop('drain')
    expect([trial.jobComes(), trial.jobComes()]).toEqual([true, false])
    trial.clock.advance(40_000)
    expect(trial.left).toEqual([])
    trial.jobEnds()
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 40_000 }])
  })

  it.each(['drain', 'finish'] as const)('waits for all that runs, and then for nothing: %s', (step) => {
    const trial = new DepartureOnTrial()
    expect([trial.jobComes(), trial.jobComes()]).toEqual([true, true])
    trial.stop(step)
    expect(trial.jobComes()).toBe(false)
    trial.clock.advance(1_000)
    trial.jobEnds()
    expect(trial.left).toEqual([])
    trial.jobEnds()
    expect(trial.left).toEqual([{ kind: 'stop', forced: undefined, atMs: 1_000 }])
  })

  it('cancels what still runs at the drain deadline, and says so with its exit', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.stop('drain')
    trial.clock.advance(drainTimeoutMs - 1)
    expect(trial.cancelled).toEqual([])
    trial.clock.advance(1)
    expect(trial.cancelled).toEqual(['drain-deadline'])
    expect(trial.log.lines).toMatchObject([
      { level: 'warn', sentence: 'the drain deadline has passed: what still runs goes back to the router' },
    ])
    trial.stop('cancel')
    trial.jobEnds()
    expect(trial.left).toEqual([{ kind: 'stop', forced: 'drainDeadline', atMs: drainTimeoutMs }])
  })

  it('counts the drain deadline from the first request on', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.stop('drain')
    trial.clock.advance(drainTimeoutMs / 2)
    trial.stop('finish')
    trial.clock.advance(drainTimeoutMs / 2)
    expect(trial.cancelled).toEqual(['drain-deadline'])
  })

  it('cancels what runs at the second step, and goes when it has ended', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.stop('finish')
    trial.stop('cancel')
    expect([trial.cancelled, trial.left]).toEqual([['stop-forced'], []])
    trial.jobEnds()
    expect(trial.left).toEqual([{ kind: 'stop', forced: 'terminated', atMs: 0 }])
  })

  it('waits for nothing at the last step', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.stop('kill')
    expect([trial.killed, trial.left]).toEqual([['terminated'], []])
  })

  it('goes for a while when the jobs have ended, and takes jobs again once that is over', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.departure.decide({ kind: 'rate_limited', linger: false })
    expect(trial.jobComes()).toBe(false)
    trial.jobEnds()
    expect(trial.left).toMatchObject([{ kind: 'rate_limited', forced: undefined }])
    expect([trial.departure.isDecided, trial.jobComes()]).toEqual([false, true])
  })

  it('is for good when it was for a while and a stop is asked for', () => {
    const trial = new DepartureOnTrial()
    trial.jobComes()
    trial.departure.decide({ kind: 'rate_limited', linger: false })
    trial.stop('finish')
    trial.jobEnds()
    expect(trial.left).toMatchObject([{ kind: 'stop' }])
  })

  it('happens once, after the last job, whatever comes in which order', () => {
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        const trial = new DepartureOnTrial()
        for (const each of happenings) play(each, trial)
        const { wasAsked } = trial
        while (trial.jobs > 0) trial.jobEnds()
        trial.clock.advance(wasAsked ? lingerMs : 0)
        expect(trial.left.length).toBe(wasAsked ? 1 : 0)
        trial.departure[Symbol.dispose]()
        expect(trial.clock.armed).toBe(0)
      }),
    )
  })
})
