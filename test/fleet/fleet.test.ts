import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ScaleDeps, type ScaleReport, type ScaleRequest, scaleFleet } from '../../src/fleet/fleet.ts'
import { isReady } from '../../src/fleet/member.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { FakeBackend } from '../support/fake-backend.ts'
import { anyFleet, member } from '../support/fleet-members.ts'
import { currentHash, workerSpec } from '../support/worker-spec.ts'

const current = { configHash: currentHash }
const fleetOf = (...members: Parameters<typeof member>[]) =>
  new FakeBackend(...members.map(([slot, state, facts]) => member(slot, state, { ...current, ...facts })))

function scale(backend: FakeBackend, wanted: number, facts: Partial<ScaleRequest & ScaleDeps> = {}) {
  const request: ScaleRequest = {
    fleet: 'default',
    wanted: () => wanted,
    spec: workerSpec(),
    recreate: 'auto',
    drainBusy: true,
    wait: true,
    lockWaitMs: 1_000,
    dryRun: false,
    ...facts,
  }
  const deps: ScaleDeps = {
    backend,
    clock: systemClock,
    signal: new AbortController().signal,
    onPlan: () => {},
    onProgress: () => {},
    onDone: () => {},
    onLockWait: () => {},
    ...facts,
  }
  return scaleFleet(request, deps)
}

const results = ({ actions }: ScaleReport) =>
  actions.map((action) => `${action.op} ${action.worker}${'result' in action ? ` ${action.result}` : ''}`)

describe('growing', () => {
  it('makes workers that are ready, under the lock, and notes the size', async () => {
    const backend = new FakeBackend()
    const report = await scale(backend, 2)
    expect(report).toMatchObject({ before: 0, after: 2, changed: true, converged: true })
    expect(results(report)).toEqual(['create default-1 ready', 'create default-2 ready'])
    expect(backend.record).toEqual({ desired: 2, configHash: currentHash })
    expect(backend.log.at(0)).toBe('lock')
    expect(backend.log.at(-1)).toBe('unlock')
  })

  it('touches nothing the second time, not even the lock', async () => {
    const backend = new FakeBackend()
    await scale(backend, 3)
    backend.log.length = 0
    expect(await scale(backend, 3)).toMatchObject({ changed: false, converged: true, before: 3, after: 3 })
    expect(backend.log).toEqual([])
  })

  it('shows a plan without touching anything', async () => {
    const backend = fleetOf([1])
    const report = await scale(backend, 3, { dryRun: true })
    expect(results(report)).toEqual(['keep default-1', 'create default-2', 'create default-3'])
    expect(report).toMatchObject({ changed: false, converged: false, before: 1, after: 1 })
    expect(backend.log).toEqual([])
  })

  it('tells of a worker that will not be ready, and why', async () => {
    const backend = new FakeBackend()
    backend.readiness = () => ({ kind: 'failed', state: 'auth_failed', reason: 'the router refused the worker key' })
    const { actions, converged } = await scale(backend, 1)
    expect(converged).toBe(false)
    expect(actions).toMatchObject([
      { result: 'failed', state: 'auth_failed', detail: 'the router refused the worker key' },
    ])
  })

  it('of two at the same time one waits for the other, and then sees what it did', async () => {
    const backend = new FakeBackend()
    const [first, second] = await Promise.all([scale(backend, 3), scale(backend, 3)])
    expect([first.changed, second.changed]).toEqual([true, false])
    expect(backend.members.size).toBe(3)
  })

  it('by two at the same time adds both', async () => {
    const backend = fleetOf([1])
    const more = (present: number) => present + 2
    await Promise.all([scale(backend, 0, { wanted: more }), scale(backend, 0, { wanted: more })])
    expect(backend.members.size).toBe(5)
  })
})

describe('shrinking', () => {
  it('takes the idle ones and leaves the busy ones alone', async () => {
    const backend = fleetOf([1], [2, 'busy'], [3], [4, 'busy'], [5])
    const report = await scale(backend, 2)
    expect([...backend.members.values()].map(({ slot }) => slot)).toEqual([2, 4])
    expect(report).toMatchObject({ converged: true, after: 2 })
    expect(backend.log.filter((step) => step.startsWith('ask')).sort()).toEqual([
      'ask container-1 drain if idle',
      'ask container-3 drain if idle',
      'ask container-5 drain if idle',
    ])
  })

  it('asks another idle one where one has a job by the time it is asked', async () => {
    const backend = fleetOf([1], [2], [3])
    backend.busyWhenAsked.add('container-3')
    const report = await scale(backend, 2)
    expect([...backend.members.values()].map(({ slot }) => slot)).toEqual([1, 3])
    expect(results(report)).toEqual(['keep default-1 kept', 'drain default-2 gone', 'keep default-3 kept'])
  })

  it('asks busy ones only where no idle ones are left', async () => {
    const backend = fleetOf([1], [2, 'busy'], [3, 'busy'])
    await scale(backend, 1)
    expect([...backend.members.values()].map(({ slot }) => slot)).toEqual([2])
    expect(backend.log.filter((step) => step.startsWith('ask'))).toEqual([
      'ask container-1 drain if idle',
      'ask container-3 drain',
    ])
  })

  it('stops short where busy ones are not to be asked', async () => {
    const backend = fleetOf([1, 'busy'], [2, 'busy'])
    const report = await scale(backend, 1, { drainBusy: false })
    expect(report).toMatchObject({ converged: false, after: 2 })
    expect(results(report)).toEqual(['keep default-1 kept', 'drain default-2 busy'])
  })

  it('to nothing lets all leave at once, without lingering', async () => {
    const backend = fleetOf([1], [2, 'busy'])
    const report = await scale(backend, 0, { spec: undefined })
    expect(report).toMatchObject({ converged: true, after: 0 })
    expect(backend.log.filter((step) => step.startsWith('ask'))).toEqual([
      'ask container-1 stop',
      'ask container-2 stop',
    ])
    expect(backend.record).toBeUndefined()
  })

  it('has the backend end one that does not answer', async () => {
    const backend = fleetOf([1], [2, 'unhealthy'])
    await scale(backend, 1)
    expect(backend.log).toContain('terminate container-2')
    expect(backend.members.size).toBe(1)
  })

  it('does not wait for such an end when no waiting is left', async () => {
    const backend = fleetOf([1], [2, 'unhealthy'])
    backend.endsSlowly = true
    const over = new AbortController()
    const onProgress = () => over.abort(new Error('nobody waits any more'))
    const report = await scale(backend, 1, { signal: over.signal, onProgress })
    expect(results(report)).toEqual(['keep default-1 kept', 'drain default-2 begun'])
    expect(backend.log.at(-1)).toBe('unlock')
  })

  it('does not wait for such an end where nobody asked to wait', async () => {
    const backend = fleetOf([1], [2, 'unhealthy'])
    backend.endsSlowly = true
    const report = await scale(backend, 1, { wait: false })
    expect(results(report)).toEqual(['keep default-1 kept', 'drain default-2 begun'])
  })
})

describe('workers made from something else', () => {
  const old = { configHash: 'old' }

  it('are replaced one for one without ever being fewer', async () => {
    const backend = fleetOf([1, 'idle', old], [2, 'busy', old], [3, 'idle', old])
    backend.fewestReady = 3
    const report = await scale(backend, 3)
    expect(report).toMatchObject({ converged: true, after: 3 })
    expect(backend.fewestReady).toBe(3)
    expect([...backend.members.values()].map(({ isSuccessor }) => isSuccessor)).toEqual([false, false, false])
  })

  it('go on where their replacement does not become ready', async () => {
    const backend = fleetOf([1, 'idle', old])
    backend.readiness = () => ({ kind: 'failed', state: 'crash_loop', reason: 'no such model' })
    const report = await scale(backend, 1)
    expect(results(report)).toEqual(['replace default-1 failed'])
    expect([...backend.members.keys()]).toEqual(['container-1'])
    expect([...backend.members.values()].filter(isReady)).toHaveLength(1)
  })

  it('stay where they are busy and that is not to be disturbed', async () => {
    const backend = fleetOf([1, 'busy', old])
    expect(results(await scale(backend, 1, { drainBusy: false }))).toEqual(['replace default-1 busy'])
    expect([...backend.members.keys()]).toEqual(['container-1'])
  })

  it('are exchanged at once where they are of no use', async () => {
    const backend = fleetOf([1, 'crash_loop', old])
    expect(results(await scale(backend, 1))).toEqual(['replace default-1 ready'])
    expect(backend.log.slice(2, 4)).toEqual(['remove container-1', 'create 1'])
  })
})

describe('a run that does not wait, or not to the end', () => {
  it('tells what was begun', async () => {
    expect(results(await scale(new FakeBackend(), 1, { wait: false }))).toEqual(['create default-1 begun'])
  })

  it('ends with the partial report when the time is over', async () => {
    const backend = new FakeBackend()
    const over = new AbortController()
    backend.readiness = ({ slot }) => {
      if (slot === 2) over.abort(new Error('the time is over'))
      return slot === 1 ? { kind: 'ready', report: {} as never } : 'never'
    }
    const report = await scale(backend, 2, { signal: over.signal })
    expect(report.converged).toBe(false)
    expect(results(report)).toContain('create default-2 begun')
  })
})

/** The backend goes away at a random step, again and again; then it stays. */
describe('a run that is broken off anywhere', () => {
  it('leaves something that the next ones put right', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFleet,
        fc.integer({ min: 0, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
        async (members, wanted, breaks) => {
          const backend = new FakeBackend(...members)
          for (const steps of breaks) {
            let left = steps
            backend.beforeStep = () => {
              if (left-- <= 0) throw new Error('the engine went away')
            }
            await scale(backend, wanted).catch(() => {})
          }
          backend.beforeStep = () => {}
          // Workers that are away for reasons of their own come back between two runs.
          for (let run = 0; run < 4; run++) await scale(backend, wanted)
          const slots = [...backend.members.values()].filter(isReady).map(({ slot }) => slot)
          expect(slots).toHaveLength(wanted)
          expect(new Set(slots).size).toBe(wanted)
          expect(await scale(backend, wanted)).toMatchObject({ changed: false, converged: true })
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
