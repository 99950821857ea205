import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Patience } from '../../../src/cli/fleet/patience.ts'
import { observe } from '../../../src/cli/fleet/status/observe.ts'
import type { StatusDocument } from '../../../src/cli/fleet/status/status-document.ts'
import { statusExit } from '../../../src/cli/fleet/status/status-exit.ts'
import { holds, progressWords } from '../../../src/cli/fleet/status/wait-condition.ts'
import type { MemberState } from '../../../src/fleet/member.ts'
import { type WaitCondition, waitCondition } from '../../../src/settings/fleet-kinds.ts'
import { member } from '../../support/fleet-members.ts'
import { brokenEngine, fleetOf, healthyRouter, lostRouter, statusOfSight } from '../../support/sights.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

const statusOf = (...states: readonly MemberState[]) =>
  statusOfSight({ router: healthyRouter(), fleets: [fleetOf(states.map((state, index) => member(index + 1, state)))] })

describe('what can be waited for', () => {
  it.each<[string, WaitCondition]>([
    ['ready=5', { kind: 'ready', count: 5 }],
    [' idle ', { kind: 'idle' }],
    ['workers=0', { kind: 'workers', count: 0 }],
  ])('%s', (text, condition) => {
    expect(waitCondition.parse(text)).toEqual(condition)
    expect(waitCondition.format?.(condition)).toBe(text.trim())
  })

  it.each(['ready', 'ready=', 'ready=-1', 'ready>5', 'busy', 'idle=1', 'workers=1.5', '5', ''])('not "%s"', (text) => {
    expect(() => waitCondition.parse(text)).toThrow(`"${text}" is nothing to wait for`)
  })

  it.each<[string, readonly MemberState[], boolean, string]>([
    ['ready=2', ['idle', 'busy'], true, '2 of 2 workers are ready'],
    ['ready=2', ['idle', 'idle', 'idle'], true, '3 of 2 workers are ready'],
    ['ready=2', ['idle', 'starting', 'crash_loop'], false, '1 of 2 workers are ready'],
    ['ready=0', [], true, '0 of 0 workers are ready'],
    ['idle', ['idle', 'idle'], true, '2 of 2 workers are idle'],
    ['idle', ['idle', 'stopped'], true, '1 of 1 workers are idle'],
    ['idle', ['idle', 'draining'], false, '1 of 2 workers are idle'],
    ['idle', [], false, '0 of 0 workers are idle'],
    ['workers=0', [], true, '0 workers are there, 0 are waited for'],
    ['workers=0', ['stopped'], true, '0 workers are there, 0 are waited for'],
    ['workers=0', ['draining'], false, '1 workers are there, 0 are waited for'],
    ['workers=2', ['crash_loop', 'idle', 'stopped'], true, '2 workers are there, 2 are waited for'],
    ['workers=2', ['idle', 'idle', 'idle'], false, '3 workers are there, 2 are waited for'],
  ])('%s with %j: %s', (text, states, isTrue, words) => {
    const condition = waitCondition.parse(text)
    expect(holds(condition, statusOf(...states))).toBe(isTrue)
    expect(progressWords(condition, statusOf(...states))).toBe(words)
  })
})

describe('looking again and again', () => {
  /** Looks that find these, one after the other; what is shown is kept. */
  function observation(
    looks: readonly StatusDocument[],
    isEnough: (document: StatusDocument) => boolean,
    hurries = true,
  ) {
    const clock = new WatchedClock()
    const shown: StatusDocument[] = []
    const left = [...looks]
    const take = async () => left.shift() ?? Promise.withResolvers<never>().promise
    const display = { show: (document: StatusDocument) => void shown.push(document), end: () => {} }
    const over = new AbortController()
    return { shown, clock, over, last: observe({ take, display, isEnough, hurries, clock }, over.signal) }
  }
  const [idle, busy] = [statusOf('idle'), statusOf('busy')]

  it('ends with the look that is enough, a second between two', async () => {
    const { last, shown, clock } = observation([busy, busy, idle, busy], (document) => document === idle)
    await clock.waitOf(1_000)
    clock.advance(1_000)
    await clock.waitOf(1_000)
    clock.advance(1_000)
    expect(await last).toBe(idle)
    expect(shown).toEqual([busy, busy, idle])
    expect(clock.armed).toBe(0)
  })

  it.each([
    [true, 250],
    [false, 1_000],
  ])('is quicker where somebody waits and there is no engine to ask: %s, %d ms', async (hurries, ms) => {
    const alone = statusOfSight({ engine: { kind: 'absent' } })
    const { last, clock } = observation([alone, idle], (document) => document === idle, hurries)
    await clock.waitOf(ms)
    clock.advance(ms)
    expect(await last).toBe(idle)
  })

  it('ends between two looks when there is no patience left, with the last', async () => {
    const { last, clock, over } = observation([busy], () => false)
    await clock.waitOf(1_000)
    over.abort(new Error('over'))
    expect(await last).toBe(busy)
    expect(clock.armed).toBe(0)
  })

  it('does not wait for a look that is under way', async () => {
    const { last, over } = observation([], () => false)
    over.abort(new Error('over'))
    expect(await last).toBeUndefined()
  })

  it('does not hide a failure', async () => {
    const display = { show: () => {}, end: () => {} }
    const take = () => Promise.reject(new TypeError('a bug'))
    const looking = observe(
      { take, display, isEnough: () => true, hurries: true, clock: new WatchedClock() },
      new AbortController().signal,
    )
    await expect(looking).rejects.toThrow('a bug')
  })
})

describe('patience', () => {
  function patient(limitMs?: number) {
    const [emitter, output, clock] = [new EventEmitter(), new EventEmitter(), new WatchedClock()]
    return { emitter, output, clock, patience: new Patience({ limitMs, clock, emitter, output }) }
  }

  it.each([
    ['SIGINT', 'interrupted'],
    ['SIGTERM', 'terminated'],
    ['SIGHUP', 'terminated'],
  ])('ends with %s', (name, exit) => {
    const { emitter, patience } = patient()
    expect(patience.ended).toBeUndefined()
    emitter.emit(name)
    expect([patience.signal.aborted, patience.ended?.exit]).toEqual([true, exit])
  })

  it('ends with its time', () => {
    const { clock, patience } = patient(5_000)
    clock.advance(4_999)
    expect(patience.ended).toBeUndefined()
    clock.advance(1)
    expect([patience.ended?.exit, patience.ended?.message]).toEqual(['timeout', '5.0s have passed'])
  })

  it('ends with the reader of the result, and that is no failure', () => {
    const { output, patience } = patient()
    output.emit('error', new Error('EPIPE'))
    expect(patience.ended?.exit).toBe('done')
  })

  it('keeps its first reason, and leaves nothing behind', () => {
    const { emitter, output, clock, patience } = patient(5_000)
    emitter.emit('SIGTERM')
    clock.advance(5_000)
    expect(patience.ended?.exit).toBe('terminated')
    patience[Symbol.dispose]()
    expect([emitter.eventNames(), output.eventNames(), clock.armed]).toEqual([[], [], 0])
  })

  it('is disposed without a trace before anything happened too', () => {
    const { emitter, output, clock, patience } = patient(5_000)
    patience[Symbol.dispose]()
    expect([emitter.eventNames(), output.eventNames(), clock.armed]).toEqual([[], [], 0])
  })
})

describe('the exit', () => {
  const exitOf = (last: StatusDocument | undefined, more: Partial<Parameters<typeof statusExit>[0]> = {}) =>
    statusExit({ last, ended: undefined, waits: false, isEngineNamed: false, ...more })
  const endOf = (name: string) => {
    const emitter = new EventEmitter()
    using patience = new Patience({ clock: new WatchedClock(), emitter, output: new EventEmitter() })
    emitter.emit(name)
    return patience.ended
  }

  it('tells whether the router and a named engine could be asked', () => {
    expect(exitOf(statusOf('idle'))).toBe('done')
    expect(exitOf(statusOf())).toBe('done')
    expect(exitOf(statusOfSight())).toBe('done')
    expect(exitOf(statusOfSight({ router: lostRouter() }))).toBe('unreachable')
    const broken = statusOfSight({ router: healthyRouter(), engine: brokenEngine() })
    expect([exitOf(broken), exitOf(broken, { isEngineNamed: true })]).toEqual(['done', 'noBackend'])
  })

  it('of watching is good whenever one stops; of waiting it tells why one did', () => {
    const ended = endOf('SIGINT')
    expect(exitOf(statusOf('idle'), { ended })).toBe('done')
    expect(exitOf(statusOf('idle'), { ended, waits: true })).toBe('interrupted')
    expect(exitOf(undefined, { ended: endOf('SIGTERM'), waits: true })).toBe('terminated')
  })
})
