import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statusTaker } from '../../../src/cli/fleet/status/take-status.ts'
import { parseRouterUrl } from '../../../src/protocol/router-url.ts'
import type { RouterAnswer } from '../../../src/router/router-client.ts'
import { member } from '../../support/fleet-members.ts'
import {
  answering,
  brokenEngine,
  fleetOf,
  foreground,
  healthyRouter,
  lostRouter,
  reportOf,
  routerUrl,
  statusOfSight,
} from '../../support/sights.ts'
import { WatchedClock } from '../../support/watched-clock.ts'

function warningsOf(...sight: Parameters<typeof statusOfSight>): string[] {
  return statusOfSight(...sight).warnings.map(({ code, message }) => `${code}: ${message}`)
}

describe('a warning', () => {
  it('is not needed where all is well, though the router has more workers than this host', () => {
    const fleets = [fleetOf([answering(1, 'idle'), answering(2, 'busy')])]
    expect(warningsOf({ router: healthyRouter({ workers: 9, slots: 20 }), fleets })).toEqual([])
  })

  it('says that nobody names a router', () => {
    expect(warningsOf()).toEqual([
      'NO_ROUTER: The router is not known: no worker here names it. Give --router-url, set AUXOT_ROUTER_URL, or "routerUrl" in config.json.',
    ])
  })

  it('says why the router cannot be asked, and that it is only from here where workers are at it', () => {
    const why = `ROUTER_UNREACHABLE: The router ${routerUrl} cannot be asked: nothing listens there. Is it running?`
    expect(warningsOf({ router: lostRouter() })).toEqual([why])
    expect(warningsOf({ router: lostRouter(), local: [foreground(1, reportOf('reconnecting'))] })).toEqual([why])
    expect(warningsOf({ router: lostRouter(), local: [foreground(1, reportOf('idle'))] })).toEqual([
      why,
      `ROUTER_UNREACHABLE_FROM_HERE: pid-1 is connected to ${routerUrl} all the same: it is only from here that it cannot be asked.`,
    ])
  })

  it('says which workers are at another router', () => {
    const other = { router: 'https://other.example.com' }
    const local = [1, 2].map((pid) => foreground(pid, reportOf('idle', other)))
    expect(warningsOf({ router: healthyRouter(), local: [...local, foreground(3, reportOf('idle'))] })).toEqual([
      `OTHER_ROUTER: pid-1, pid-2 are at another router, https://other.example.com; the totals are those of ${routerUrl}.`,
    ])
    const many = [1, 2, 3, 4, 5, 6, 7].map((pid) => foreground(pid, reportOf('idle', other)))
    expect(warningsOf({ router: healthyRouter(), local: many })[0]).toContain(
      'pid-1, pid-2, pid-3, pid-4, pid-5 and 2 more are',
    )
  })

  it('knows this host by all its names, also those that it has inside containers', () => {
    const router = healthyRouter({}, 'http://localhost:8080')
    const names = ['http://127.0.0.1:8080', 'http://host.docker.internal:8080', 'http://[::1]:8080']
    const local = names.map((name, index) => foreground(index + 1, reportOf('draining', { router: name })))
    expect(warningsOf({ router, local })).toEqual([])
    const otherPort = foreground(9, reportOf('idle', { router: 'http://host.docker.internal:8081' }))
    expect(warningsOf({ router, local: [otherPort] })).toHaveLength(1)
  })

  it('says that an engine cannot be used', () => {
    expect(warningsOf({ router: healthyRouter(), engine: brokenEngine() })).toEqual([
      'ENGINE_UNUSABLE: Workers in containers are not known: The engine does not answer. Start it.',
    ])
  })

  it('says that a fleet has fewer workers than it was made to have, and what brings them back', () => {
    const members = [answering(1, 'idle'), member(2, 'stopped')]
    const router = healthyRouter()
    expect(warningsOf({ router, fleets: [fleetOf(members)] })).toEqual([
      'FLEET_INCOMPLETE: The fleet "default" was made to have 2 workers and has 1; "auxot worker scale 2" brings it back to that.',
    ])
    const named = fleetOf([], { name: 'opus', record: { desired: 1, configHash: 'new' } })
    expect(warningsOf({ router, fleets: [named] })).toEqual([
      'FLEET_INCOMPLETE: The fleet "opus" was made to have 1 worker and has 0; "auxot worker scale 1 --fleet opus" brings it back to that.',
    ])
    expect(warningsOf({ router, fleets: [fleetOf([answering(1, 'idle')], { record: undefined })] })).toEqual([])
  })
})

describe('router and workers', () => {
  it('disagree where the router counts fewer workers than say that they are ready', () => {
    const fleets = [fleetOf([answering(1, 'idle'), answering(2, 'busy'), answering(3, 'draining')])]
    expect(warningsOf({ router: healthyRouter({ workers: 1, slots: 1 }), fleets })).toEqual([
      `ROUTER_COUNTS_FEWER_WORKERS: The router ${routerUrl} counts 1 worker, but 2 here say that they are ready at it: default-1, default-2.`,
    ])
  })

  it('disagree where the router counts fewer slots than those have', () => {
    const local = [foreground(1, reportOf('idle', { slots: { total: 4, inUse: 0 } }))]
    expect(warningsOf({ router: healthyRouter({ workers: 1, slots: 2 }), local })).toEqual([
      `ROUTER_COUNTS_FEWER_SLOTS: The router ${routerUrl} counts 2 slots, but the workers that are ready here have 4.`,
    ])
  })

  it('disagree where the router answers from here and a worker cannot connect', () => {
    const local = [foreground(1, reportOf('reconnecting')), foreground(2, reportOf('idle'))]
    expect(warningsOf({ router: healthyRouter(), local })).toEqual([
      `WORKERS_CANNOT_CONNECT: The router ${routerUrl} answers from here, but pid-1 cannot connect to it.`,
    ])
  })

  it('do not disagree about what the router does not tell, or about workers that are elsewhere', () => {
    const silent = healthyRouter({ workers: undefined, slots: undefined })
    const local = [foreground(1, reportOf('idle'))]
    expect(warningsOf({ router: silent, local })).toEqual([])
    const elsewhere = [foreground(1, reportOf('idle', { router: 'https://other.example.com' }))]
    const codes = statusOfSight({ router: healthyRouter({ workers: 0, slots: 0 }), local: elsewhere }).warnings
    expect(codes.map(({ code }) => code)).toEqual(['OTHER_ROUTER'])
  })

  it('never disagree where the router counts at least what is ready here', () => {
    const states = fc.constantFrom('idle', 'busy', 'draining', 'starting', 'rate_limited', 'auth_failed', 'stopped')
    const workers = fc.array(fc.record({ state: states, total: fc.integer({ min: 1, max: 8 }) }))
    fc.assert(
      fc.property(workers, fc.nat(3), fc.nat(3), (kinds, moreWorkers, moreSlots) => {
        const local = kinds.map(({ state, total }, pid) =>
          foreground(pid + 1, reportOf(state, { slots: { total, inUse: 0 } })),
        )
        const ready = kinds.filter(({ state }) => state === 'idle' || state === 'busy')
        const slots = ready.reduce((sum, { total }) => sum + total, 0)
        const router = healthyRouter({ workers: ready.length + moreWorkers, slots: slots + moreSlots })
        expect(warningsOf({ router, local })).toEqual([])
      }),
    )
  })
})

describe('a disagreement', () => {
  /** A taker whose router counts these workers, one look after the other; two workers are ready. */
  function takerFor(isOnce: boolean, ...counts: readonly number[]) {
    const clock = new WatchedClock({ skipsSleeps: true })
    const left = [...counts]
    const fleets = fleetOf([answering(1, 'idle'), answering(2, 'idle')])
    const askRouter = async (): Promise<RouterAnswer> => healthyRouter({ workers: left.shift() ?? 0, slots: 2 }).answer
    const engine = {
      kind: 'open',
      isNamed: false,
      fleets: {
        fleets: async () => ['default'],
        view: async () => fleets,
        ask: async () => undefined,
        terminate: async () => {},
        untilEnded: async () => {},
      },
    } as const
    const sources = () => ({ engine, fleet: 'default', routerUrl: parseRouterUrl(routerUrl), askRouter })
    const take = statusTaker({ sources, isOnce, clock, version: '0.1.0' })
    return { clock, codes: async () => (await take()).warnings.map(({ code }) => code) }
  }

  it('is looked at a second time before it is told', async () => {
    const { clock, codes } = takerFor(true, 1, 1)
    expect(await codes()).toEqual(['ROUTER_COUNTS_FEWER_WORKERS'])
    expect(clock.sleeps).toEqual([400])
  })

  it('that is gone at the second look was one of the moment', async () => {
    const { clock, codes } = takerFor(true, 1, 2)
    expect(await codes()).toEqual([])
    expect(clock.sleeps).toEqual([400])
  })

  it('costs no second look where there is none', async () => {
    const { clock, codes } = takerFor(true, 2)
    expect(await codes()).toEqual([])
    expect(clock.sleeps).toEqual([])
  })

  it('has to last from one look to the next where there are many', async () => {
    const { clock, codes } = takerFor(false, 1, 2, 1, 1, 0)
    expect([await codes(), await codes(), await codes()]).toEqual([[], [], []])
    expect([await codes(), await codes()]).toEqual([['ROUTER_COUNTS_FEWER_WORKERS'], ['ROUTER_COUNTS_FEWER_WORKERS']])
    expect(clock.sleeps).toEqual([])
  })
})
