import { describe, expect, it } from 'vitest'
import { statusChanges } from '../../../src/cli/fleet/status/status-changes.ts'
import { statusText } from '../../../src/cli/fleet/status/status-text.ts'
import { member } from '../../support/fleet-members.ts'
import {
  answering,
  brokenEngine,
  fleetOf,
  foreground,
  healthyRouter,
  laterOf,
  lostRouter,
  noonMs,
  reportOf,
  statusOfSight,
} from '../../support/sights.ts'

function textOf(...sight: Parameters<typeof statusOfSight>): string[] {
  return statusText(statusOfSight(...sight), false).split('\n')
}

const limitOf = (status: string, resetsInMs?: number) => ({
  claude: {
    version: '2.1.330',
    rateLimit: { status, ...(resetsInMs !== undefined && { resetsAt: laterOf(resetsInMs) }) },
  },
})
const hourMs = 3_600_000

describe('the status for people', () => {
  it('is a line for the router, one for each fleet, a table and the reasons below it', () => {
    const members = [
      answering(1, 'busy', limitOf('allowed_warning', 2 * hourMs)),
      member(2, 'rate_limited', {
        configHash: 'old',
        report: reportOf('rate_limited', {
          reason: 'rate limit reached',
          until: laterOf(hourMs),
          ...limitOf('rejected', hourMs),
        }),
      }),
      member(3, 'crash_loop', { version: '0.1.0', reason: 'it ended with 4' }),
    ]
    const local = [foreground(1234, reportOf('idle', limitOf('allowed', hourMs)))]
    expect(textOf({ router: healthyRouter(), fleets: [fleetOf(members)], local })).toEqual([
      'router  https://router.example.com: 2 workers, 1 of 2 slots busy, 1 available',
      'fleet   default (docker): 3 of 3 workers, 1 ready, 1 outdated',
      '',
      'WORKER     STATE                     JOB    SINCE  DONE  FAILED  VERSION  UP TO DATE  RATE LIMIT',
      'default-1  busy                      job-7  2.5s   3     1       0.1.0    yes         near, resets 14:00',
      'default-2  rate_limited until 13:00  –      10.0s  3     1       0.1.0    no          reached, resets 13:00',
      'default-3  crash_loop                –      –      –     –       0.1.0    yes         –',
      'pid-1234   idle                      –      10.0s  3     1       0.1.0    yes         no',
      '',
      'default-2 is rate_limited: rate limit reached',
      'default-3 is crash_loop: it ended with 4',
    ])
  })

  it('says what starts a worker where there is none', () => {
    expect(textOf()).toEqual([
      'router  not known',
      '',
      'No worker was found on this host. "auxot worker start" starts one in the foreground, "auxot worker scale 2" two in containers.',
    ])
    expect(textOf({ router: lostRouter() }, 'opus')).toEqual([
      'router  https://router.example.com: not reachable: nothing listens there',
      '',
      'The fleet "opus" has no workers. "auxot worker scale 2 --fleet opus" starts two.',
    ])
    expect(textOf({ fleets: [fleetOf([])] }).at(-1)).toBe(
      'The fleet "default" has no workers. "auxot worker scale 2" starts two.',
    )
  })

  it('takes workers in containers for none only where the engine says so', () => {
    const unknown = 'No worker was found outside of containers, and those in containers are not known.'
    expect(textOf({ engine: brokenEngine() }).at(-1)).toBe(unknown)
    expect(textOf({ engine: brokenEngine() }, 'opus').at(-1)).toBe(unknown)
  })

  it('says the day of a moment that is on another', () => {
    const until = laterOf(30 * hourMs)
    const [, , , row = ''] = textOf({ local: [foreground(1, reportOf('rate_limited', { until }))] })
    expect(row).toMatch(/^pid-1 {3}rate_limited until 2026-07-02 18:00 /)
  })

  it.each([
    ['what has been reset since then', limitOf('rejected', -1_000), '–'],
    ['a limit without a reset', limitOf('rejected'), 'reached'],
    ['a status that is not known', limitOf('odd'), 'odd'],
    ['nothing', { claude: { version: '2.1.330' } }, '–'],
  ])('says nothing wrong about a rate limit: %s', (_what, facts, words) => {
    const row = textOf({ local: [foreground(1, reportOf('idle', facts))] })[3]
    expect(row).toMatch(new RegExp(`yes +${words}$`))
  })

  it('counts the jobs beside the oldest', () => {
    const running = ['a', 'b', 'c'].map((id) => ({ id, startedAt: laterOf(-1_000), elapsedMs: 1_000 }))
    const row = textOf({ local: [foreground(1, reportOf('busy', { running }))] })[3]
    expect(row).toMatch(/^pid-1 {3}busy {3}a \+2 /)
  })

  it('is coloured by state where that is wanted, and keeps its columns', () => {
    const local = [foreground(1, reportOf('idle')), foreground(2, reportOf('auth_failed'))]
    const plain = statusText(statusOfSight({ local }), false)
    const coloured = statusText(statusOfSight({ local }), true)
    expect(coloured).toContain('\u001b[32midle       \u001b[39m')
    expect(coloured).toContain('\u001b[31mauth_failed\u001b[39m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is removed
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain)
  })

  it('steers no terminal with words from elsewhere', () => {
    const evil = '\u001b[2J\u0007evil\nline'
    const running = [{ id: evil, startedAt: laterOf(0), elapsedMs: 0 }]
    const text = textOf({
      local: [foreground(1, reportOf('busy', { running, version: evil })), foreground(2, { problem: evil })],
    })
    expect(text.slice(3)).toEqual([
      expect.stringMatching(/^pid-1 {3}busy +\[2J evil line /),
      expect.stringMatching(/^pid-2 {3}unhealthy/),
      '',
      'pid-2 is unhealthy:  [2J evil line',
    ])
  })
})

describe('changes', () => {
  const at = (minute: number, ...sight: Parameters<typeof statusOfSight>) =>
    statusOfSight({ atMs: noonMs + minute * 60_000, ...sight[0] })
  const one = (state: Parameters<typeof answering>[1], facts = {}) => ({
    router: healthyRouter(),
    fleets: [fleetOf([answering(1, state, facts)])],
  })

  it('are everything at first', () => {
    expect(statusChanges(undefined, at(0, one('busy')))).toEqual([
      '12:00:00 router https://router.example.com: 2 workers, 1 of 2 slots busy, 1 available',
      '12:00:00 default-1 busy (job job-7)',
    ])
    expect(statusChanges(undefined, at(0, { router: healthyRouter() }))).toEqual([
      expect.stringContaining('router'),
      '12:00:00 no workers',
    ])
  })

  it('are none where only time has passed', () => {
    const later = { heartbeatAckAgeMs: 9, running: [{ id: 'job-7', startedAt: laterOf(0), elapsedMs: 99_999 }] }
    expect(statusChanges(at(0, one('busy')), at(1, one('busy', later)))).toEqual([])
    expect(statusChanges(at(0), at(1))).toEqual([])
  })

  it('are states, jobs, reasons and who has come and gone', () => {
    expect(statusChanges(at(0, one('idle')), at(1, one('busy')))).toEqual([
      '12:01:00 default-1 idle → busy (job job-7)',
    ])
    expect(statusChanges(at(0, one('busy')), at(1, one('idle')))).toEqual(['12:01:00 default-1 busy → idle'])
    const next = { running: ['job-8', 'job-9'].map((id) => ({ id, startedAt: laterOf(0), elapsedMs: 0 })) }
    expect(statusChanges(at(0, one('busy')), at(1, one('busy', next)))).toEqual([
      '12:01:00 default-1 busy (jobs job-8, job-9)',
    ])
    const limited = { reason: 'rate limit reached', until: laterOf(hourMs) }
    expect(statusChanges(at(0, one('idle')), at(1, one('rate_limited', limited)))).toEqual([
      '12:01:00 default-1 idle → rate_limited until 13:00 (rate limit reached)',
    ])
    const fleets = [fleetOf([])]
    const local = [foreground(7, reportOf('starting'))]
    expect(statusChanges(at(0, one('draining')), at(1, { router: healthyRouter(), fleets, local }))).toEqual([
      '12:01:00 default-1 draining → gone',
      '12:01:00 pid-7 starting',
    ])
    expect(statusChanges(at(0, one('draining')), at(1, { router: healthyRouter(), fleets }))).toEqual([
      '12:01:00 default-1 draining → gone',
      '12:01:00 no workers',
    ])
  })

  it('know a container from the one that had its name before', () => {
    const other = { router: healthyRouter(), fleets: [fleetOf([member(1, 'starting', { id: 'another' })])] }
    expect(statusChanges(at(0, one('idle')), at(1, other))).toEqual([
      '12:01:00 default-1 idle → gone',
      '12:01:00 default-1 starting',
    ])
  })

  it('are whether the router answers, not what it counts', () => {
    const before = { ...one('idle'), router: healthyRouter({ workers: 3 }) }
    expect(statusChanges(at(0, before), at(1, one('idle')))).toEqual([])
    expect(statusChanges(at(0, before), at(1, { ...before, router: lostRouter() }))).toEqual([
      '12:01:00 router https://router.example.com: not reachable: nothing listens there',
    ])
  })
})
