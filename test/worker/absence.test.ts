import { describe, expect, it, onTestFinished } from 'vitest'
import { Absence, type ProbeResult } from '../../src/worker/absence.ts'
import { EventRecord } from '../support/event-record.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const everyMs = 900_000

interface Probe {
  readonly atMs: number
  readonly signal: AbortSignal
}
const isProbe = (event: Probe): event is Probe => event.signal instanceof AbortSignal

/** An absence whose probes find, in turn, what the test says. */
function absent({ forMs, finds = [] }: { forMs?: number; finds?: (ProbeResult | Promise<ProbeResult>)[] } = {}) {
  const clock = new WatchedClock()
  const startMs = clock.now()
  const probes = new EventRecord<Probe>('the absence')
  const returned = Promise.withResolvers<number>()
  const absence = new Absence({
    untilMs: forMs === undefined ? undefined : startMs + forMs,
    everyMs,
    clock,
    probe: async (signal) => {
      probes.push({ atMs: clock.now() - startMs, signal })
      const found = finds.shift()
      if (!found) throw new Error('nobody expected this probe')
      return found
    },
    onReturn: () => returned.resolve(clock.now() - startMs),
  })
  onTestFinished(() => absence[Symbol.dispose]())
  /** Passes a wait, which must be for exactly so long. */
  const pass = async (ms: number) => {
    await clock.waitOf(ms)
    clock.advance(ms)
  }
  return { clock, absence, probes, returned: returned.promise, pass, startMs }
}

describe('an absence', () => {
  it('is over when its reason was known to end, without asking', async () => {
    const { returned, probes, pass } = absent({ forMs: 60_000 })
    await pass(60_000)
    expect([await returned, probes.all]).toEqual([60_000, []])
  })

  it('is over at once when its reason has ended before it began', async () => {
    const { returned, probes, pass } = absent({ forMs: -5_000 })
    await pass(0)
    expect([await returned, probes.all]).toEqual([0, []])
  })

  it('asks every now and then, and is over when the answer is good', async () => {
    const { returned, probes, pass } = absent({ finds: [{ kind: 'still' }, { kind: 'still' }, { kind: 'works' }] })
    for (let round = 0; round < 3; round++) await pass(everyMs)
    expect(await returned).toBe(3 * everyMs)
    expect(probes.all.map(({ atMs }) => atMs)).toEqual([everyMs, 2 * everyMs, 3 * everyMs])
  })

  it('asks also before the known end, which may have been too late', async () => {
    const { returned, pass } = absent({ forMs: 10 * everyMs, finds: [{ kind: 'works' }] })
    await pass(everyMs)
    expect(await returned).toBe(everyMs)
  })

  it('believes the newest word about its end', async () => {
    const clock = new WatchedClock()
    const untilMs = clock.now() + everyMs + 5_000
    const { returned, probes, pass } = absent({ finds: [{ kind: 'still', untilMs }] })
    await pass(everyMs)
    await pass(5_000)
    expect([await returned, probes.all.length]).toEqual([everyMs + 5_000, 1])
  })

  it('asks at once when it is told to, and goes on waiting when nothing has changed', async () => {
    const { absence, clock, returned, probes, pass } = absent({ finds: [{ kind: 'still' }, { kind: 'works' }] })
    await clock.waitOf(everyMs)
    clock.advance(1_000)
    absence.tryNow()
    await pass(everyMs)
    expect(await returned).toBe(everyMs + 1_000)
    expect(probes.all.map(({ atMs }) => atMs)).toEqual([1_000, everyMs + 1_000])
  })

  it('never ends by itself once it is given up, and asks no more', async () => {
    const answer = Promise.withResolvers<ProbeResult>()
    const { absence, clock, returned, probes, pass } = absent({ finds: [answer.promise] })
    await pass(everyMs)
    const { signal } = await probes.take('probe', isProbe)
    absence[Symbol.dispose]()
    expect(signal.aborted).toBe(true)
    answer.resolve({ kind: 'works' })
    const isOver = await Promise.race([returned, new Promise((resolve) => setImmediate(() => resolve('still away')))])
    expect([isOver, clock.armed]).toEqual(['still away', 0])
  })

  it('leaves no timer behind when it is given up while it waits', async () => {
    const { absence, clock } = absent()
    await clock.waitOf(everyMs)
    absence[Symbol.dispose]()
    expect(clock.armed).toBe(0)
  })
})
