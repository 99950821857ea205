import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type StopCause, StopRequests, type StopStep } from '../../src/worker/stop-requests.ts'

const order: readonly StopStep[] = ['drain', 'finish', 'cancel', 'kill']
const byTest: StopCause = { by: 'a test', exit: 'terminated' }
const byUser: StopCause = { by: 'SIGINT', exit: 'interrupted' }

describe('requests to stop', () => {
  it('are told to everybody who listens, with who asked', () => {
    const stop = new StopRequests()
    const heard: [StopStep, StopCause][] = []
    const listening = stop.onStep((...step) => heard.push(step))
    expect([stop.step, stop.cause]).toEqual([undefined, undefined])
    expect([stop.ask('finish', byTest), stop.ask('kill', byUser)]).toEqual([true, true])
    expect([stop.step, stop.cause]).toEqual(['kill', byUser])
    listening[Symbol.dispose]()
    expect(heard).toEqual([
      ['finish', byTest],
      ['kill', byUser],
    ])
  })

  it('are not heard any more by who has stopped listening', () => {
    const stop = new StopRequests()
    const heard: StopStep[] = []
    stop.onStep((step) => heard.push(step))[Symbol.dispose]()
    stop.ask('finish', byTest)
    expect(heard).toEqual([])
  })

  it('only ever become harder', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order)), (steps) => {
        const stop = new StopRequests()
        const heard: number[] = []
        stop.onStep((step) => heard.push(order.indexOf(step)))
        for (const step of steps) {
          const isHarder = order.indexOf(step) > (stop.step ? order.indexOf(stop.step) : -1)
          expect(stop.ask(step, byTest)).toBe(isHarder)
        }
        expect(heard).toEqual([...new Set(heard)].toSorted((one, other) => one - other))
        expect(stop.step).toBe(order[Math.max(-1, ...steps.map((step) => order.indexOf(step)))])
      }),
    )
  })
})
