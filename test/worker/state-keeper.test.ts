import { beforeEach, describe, expect, it } from 'vitest'
import { StateKeeper } from '../../src/worker/state-keeper.ts'
import type { WorkerEvent } from '../../src/worker/worker-events.ts'
import { ManualClock } from '../support/manual-clock.ts'

let clock: ManualClock
let told: WorkerEvent[]
let idleLimits: number
beforeEach(() => {
  clock = new ManualClock(1_000)
  told = []
  idleLimits = 0
})

function keeper(idleLimitMs?: number): StateKeeper {
  const onIdleLimit = () => {
    idleLimits += 1
  }
  return new StateKeeper({ clock, onEvent: (event) => told.push(event), idleLimitMs, onIdleLimit })
}

describe("a worker's state", () => {
  it('is starting, and nobody is told of that', () => {
    expect(keeper().standing).toEqual({ state: 'starting', sinceMs: 1_000, reason: undefined })
    expect(told).toEqual([])
  })

  it('is told with every change, once, with why and until when where that is known', () => {
    const states = keeper()
    states.moveTo('idle')
    states.moveTo('idle')
    clock.advance(500)
    states.moveTo('rate_limited', { reason: 'the limit', untilMs: Date.UTC(2030, 0, 1) })
    expect(states.standing).toEqual({ state: 'rate_limited', sinceMs: 1_500, reason: 'the limit' })
    expect(told).toEqual([
      { type: 'state', from: 'starting', to: 'idle' },
      { type: 'state', from: 'idle', to: 'rate_limited', reason: 'the limit', until: '2030-01-01T00:00:00.000Z' },
    ])
  })

  it('may get another reason without a change, which shows to those who look', () => {
    const states = keeper()
    states.moveTo('reconnecting', { reason: 'closed' })
    clock.advance(500)
    states.moveTo('reconnecting', { reason: 'nothing listens' })
    states.moveTo('reconnecting')
    expect(states.standing).toEqual({ state: 'reconnecting', sinceMs: 1_000, reason: 'nothing listens' })
    expect(told.length).toBe(1)
  })

  it('has no reason of the state before', () => {
    const states = keeper()
    states.moveTo('reconnecting', { reason: 'closed' })
    states.moveTo('idle')
    expect(states.standing.reason).toBeUndefined()
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 9e15])(
    'goes on without an end that is no moment: %d',
    (untilMs) => {
      keeper().moveTo('rate_limited', { untilMs })
      expect(told).toEqual([{ type: 'state', from: 'starting', to: 'rate_limited' }])
    },
  )
})

describe('the limit on idleness', () => {
  it('is reached after that long without a job', () => {
    const states = keeper(10_000)
    states.moveTo('idle')
    clock.advance(9_999)
    expect(idleLimits).toBe(0)
    clock.advance(1)
    expect(idleLimits).toBe(1)
  })

  it('begins anew with every time of being idle', () => {
    const states = keeper(10_000)
    states.moveTo('idle')
    clock.advance(9_000)
    states.moveTo('busy')
    clock.advance(9_000)
    states.moveTo('idle')
    clock.advance(9_000)
    expect(idleLimits).toBe(0)
    clock.advance(1_000)
    expect(idleLimits).toBe(1)
  })

  it.each(['starting', 'reconnecting', 'rate_limited', 'auth_failed'] as const)('is reached also while %s', (state) => {
    const states = keeper(10_000)
    clock.advance(4_000)
    states.moveTo('idle')
    clock.advance(3_000)
    states.moveTo(state)
    clock.advance(2_999)
    expect(idleLimits).toBe(0)
    clock.advance(1)
    expect(idleLimits).toBe(1)
  })

  it('leaves no timer behind', () => {
    const states = keeper(10_000)
    states.moveTo('idle')
    expect(clock.armed).toBe(1)
    states.moveTo('stopped')
    expect(clock.armed).toBe(0)
    states.moveTo('idle')
    states[Symbol.dispose]()
    expect(clock.armed).toBe(0)
  })

  it('is none where none was given', () => {
    keeper().moveTo('idle')
    expect(clock.armed).toBe(0)
  })
})
