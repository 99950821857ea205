import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WorkerReport } from '../../../src/protocol/control-answers.ts'
import { anyFleet, member } from '../../support/fleet-members.ts'
import { expectDocument } from '../../support/json-documents.ts'
import {
  agoOf,
  answering,
  brokenEngine,
  fleetOf,
  foreground,
  healthyRouter,
  laterOf,
  lostRouter,
  reportOf,
  routerUrl,
  sightOf,
  statusOfSight,
} from '../../support/sights.ts'

describe('the status document', () => {
  it('says everything that router, fleet and workers say', () => {
    const limit = { status: 'allowed_warning', window: 'five_hour', resetsAt: laterOf(3_600_000) }
    const members = [
      answering(2, 'busy', { slots: { total: 2, inUse: 1 } }),
      answering(1, 'idle', { claude: { ...reportOf('idle').claude, rateLimit: limit } }),
    ]
    const document = statusOfSight({ router: healthyRouter({ workers: 7 }), fleets: [fleetOf(members)] })
    expectDocument(document, 'auxot.worker.status/v1')
    expect(document).toEqual({
      schema: 'auxot.worker.status/v1',
      time: agoOf(0),
      router: { url: routerUrl, reachable: true, workers: 7, slots: 2, busy: 1, available: 1 },
      fleet: { name: 'default', backend: 'docker', desired: 2, actual: 2, ready: 2, outdated: 0 },
      fleets: [{ name: 'default', backend: 'docker', desired: 2, actual: 2, ready: 2, outdated: 0 }],
      summary: expect.objectContaining({ idle: 1, busy: 1, starting: 0, crash_loop: 0 }),
      workers: [
        {
          id: 'default-1',
          fleet: 'default',
          slot: 1,
          state: 'idle',
          since: agoOf(10_000),
          container: 'container-1',
          upToDate: true,
          startedAt: agoOf(3_600_000),
          version: '0.1.0',
          router: routerUrl,
          routerId: 'gpu-1',
          slots: { total: 1, inUse: 0 },
          running: [],
          jobs: { started: 4, completed: 3, failed: 1, other: 0 },
          heartbeatAckAgeMs: 1_234,
          claude: {
            version: '2.1.330',
            auth: { kind: 'oauth-token', source: 'CLAUDE_CODE_OAUTH_TOKEN_FILE' },
            rateLimit: limit,
          },
        },
        expect.objectContaining({
          id: 'default-2',
          state: 'busy',
          job: { id: 'job-7', startedAt: agoOf(2_500), elapsedMs: 2_500 },
          running: [{ id: 'job-7', startedAt: agoOf(2_500), elapsedMs: 2_500 }],
        }),
      ],
      warnings: [{ code: 'ROUTER_COUNTS_FEWER_SLOTS', message: expect.any(String) }],
    })
  })

  it('has a worker in the foreground in no fleet, and tells whether it is as new as this auxot', () => {
    const local = [foreground(1234, reportOf('idle')), foreground(77, reportOf('idle', { version: '0.0.9' }))]
    const { workers, fleet, fleets } = statusOfSight({ router: healthyRouter(), local })
    expect(workers).toMatchObject([
      { id: 'pid-1234', pid: 1234, fleet: null, slot: null, upToDate: true },
      { id: 'pid-77', upToDate: false },
    ])
    expect([fleet, fleets]).toEqual([
      { name: 'default', backend: 'docker', desired: 0, actual: 0, ready: 0, outdated: 0 },
      [],
    ])
  })

  it('says null where nobody knows', () => {
    const local = [foreground(1, { problem: 'The worker gave no answer within 1.0s.' })]
    const document = statusOfSight({ local, fleets: [fleetOf([member(1, 'starting')], { record: undefined })] })
    expectDocument(JSON.parse(JSON.stringify(document)), 'auxot.worker.status/v1')
    expect(document.router).toEqual({
      url: null,
      reachable: null,
      workers: null,
      slots: null,
      busy: null,
      available: null,
    })
    const unknown = { startedAt: null, jobs: null, heartbeatAckAgeMs: null, upToDate: null, router: null }
    const claude = { version: null, auth: null, rateLimit: null }
    expect(document.workers).toMatchObject([
      { id: 'default-1', state: 'starting', ...unknown, claude },
      { id: 'pid-1', state: 'unhealthy', reason: 'The worker gave no answer within 1.0s.', ...unknown, claude },
    ])
    expect(document.fleet).toMatchObject({ desired: 1, actual: 1, outdated: 0 })
  })

  it('says why the router cannot be asked, and what it does not tell', () => {
    expect(statusOfSight({ router: lostRouter() }).router).toEqual({
      url: routerUrl,
      reachable: false,
      reason: 'nothing listens there',
      hint: 'Is it running?',
      workers: null,
      slots: null,
      busy: null,
      available: null,
    })
    const silent = { workers: undefined, slots: undefined, busy: undefined, available: undefined }
    expect(statusOfSight({ router: healthyRouter(silent) }).router).toMatchObject({ reachable: true, workers: null })
  })

  it('counts what was made from something else, what is ready and what has ended', () => {
    const members = [
      answering(1, 'idle'),
      member(2, 'busy', { configHash: 'old' }),
      member(3, 'crash_loop', { configHash: 'old' }),
      member(4, 'stopped', { configHash: 'old' }),
    ]
    const { fleet, workers, summary } = statusOfSight({ fleets: [fleetOf(members)] })
    expect(fleet).toEqual({ name: 'default', backend: 'docker', desired: 4, actual: 3, ready: 2, outdated: 2 })
    expect(workers.map(({ upToDate }) => upToDate)).toEqual([true, false, false, false])
    expect(summary).toMatchObject({ idle: 1, busy: 1, crash_loop: 1, stopped: 1 })
  })

  it('gives two that share a place names of their own, the newer one last', () => {
    const members = [member(1, 'starting', { isSuccessor: true }), member(1, 'busy')]
    const { workers } = statusOfSight({ fleets: [fleetOf(members)] })
    expect(workers.map(({ id, container }) => [id, container])).toEqual([
      ['default-1', 'container-1'],
      ['default-1-next', 'container-1-next'],
    ])
  })

  it('asks about the fleet that was named, else about the one there is, else about "default"', () => {
    const [opus, haiku] = ['opus', 'haiku'].map((name) => fleetOf([], { name }))
    const nameOf = (...[sight, fleet]: Parameters<typeof statusOfSight>) => statusOfSight(sight, fleet).fleet.name
    if (!opus || !haiku) throw new Error('no fleets')
    expect(nameOf({ fleets: [opus] })).toBe('opus')
    expect(nameOf({ fleets: [opus, haiku] })).toBe('default')
    expect(nameOf({ fleets: [] }, 'haiku')).toBe('haiku')
    expect(statusOfSight({ fleets: [opus, haiku] }).fleets.map(({ name }) => name)).toEqual(['opus', 'haiku'])
  })

  it('does not know the fleet where the engine cannot be used, and has no backend where there is none', () => {
    const unknown = { desired: null, actual: null, ready: null, outdated: null }
    expect(statusOfSight({ engine: brokenEngine() }).fleet).toMatchObject({ backend: 'docker', ...unknown })
    expect(statusOfSight({ engine: { kind: 'absent' } }).fleet).toMatchObject({ backend: null, desired: 0, actual: 0 })
  })

  it("takes a worker's own reason and times only for the state that it is in", () => {
    const limited = reportOf('rate_limited', { reason: 'rate limit reached', until: laterOf(60_000) })
    const members = [
      member(1, 'rate_limited', { report: limited, reason: `until ${limited.until}` }),
      member(2, 'unhealthy', { report: limited, reason: 'its health check fails' }),
      member(3, 'stopped', { reason: 'it ended with 4' }),
    ]
    const { workers } = statusOfSight({ fleets: [fleetOf(members)] })
    expect(workers.map(({ reason, until, since }) => [reason, until, since])).toEqual([
      ['rate limit reached', laterOf(60_000), agoOf(10_000)],
      ['its health check fails', undefined, undefined],
      ['it ended with 4', undefined, undefined],
    ])
  })

  it('takes a state that it does not know for one that is not well', () => {
    const local = [foreground(5, reportOf('dreaming'))]
    expect(statusOfSight({ local }).workers).toMatchObject([
      { state: 'unhealthy', reason: 'it says that it is "dreaming", which this auxot does not know' },
    ])
  })

  it('fits its schema for every fleet, router and engine', () => {
    const routers = [undefined, healthyRouter(), lostRouter()]
    const engines = [sightOf().engine, brokenEngine(), { kind: 'absent' } as const]
    const report = fc.constantFrom<WorkerReport | { problem: string }>(
      reportOf('busy'),
      reportOf('new'),
      reportOf('idle', { id: undefined, heartbeatAckAgeMs: undefined, claude: { version: '2' } }),
      { problem: 'it says nothing' },
    )
    fc.assert(
      fc.property(
        anyFleet,
        fc.array(report),
        fc.constantFrom(...routers),
        fc.constantFrom(...engines),
        fc.boolean(),
        (members, reports, router, engine, isRecorded) => {
          const fleet = fleetOf(members, isRecorded ? {} : { record: undefined })
          const local = reports.map((each, index) => foreground(index + 1, each))
          const document = statusOfSight({ router, engine, fleets: [fleet], local })
          expectDocument(JSON.parse(JSON.stringify(document)), 'auxot.worker.status/v1')
          expect(document.workers).toHaveLength(members.length + reports.length)
          expect(Object.values(document.summary).reduce((sum, count) => sum + count)).toBe(document.workers.length)
        },
      ),
      { numRuns: 30 },
    )
  })
})
