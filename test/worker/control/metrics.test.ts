import { describe, expect, it } from 'vitest'
import { auxotVersion } from '../../../src/shared/version.ts'
import { WorkerMetrics } from '../../../src/worker/control/metrics.ts'
import { samplesOf, typesOf } from '../../support/prometheus-text.ts'
import { type ReportedFacts, reportSources } from '../../support/report-sources.ts'

/** Every series of a worker, with the values that its label may have. */
const counters = {
  auxot_worker_reconnects_total: {
    reason: ['unreachable', 'no-answer', 'rejected', 'closed', 'dropped', 'silent'],
  },
  auxot_jobs_started_total: {},
  auxot_jobs_finished_total: { outcome: ['completed', 'failed', 'overloaded', 'cancelled', 'returned', 'lost'] },
  auxot_tokens_total: { direction: ['input', 'output'] },
  auxot_job_cost_usd_total: {},
  auxot_claude_turns_total: { start: ['warm', 'cold', 'kept', 'suspended', 'replayed'] },
  auxot_claude_replays_total: {
    reason: [
      ...['none-kept', 'model', 'system', 'tools', 'effort', 'history'],
      ...['expired', 'evicted', 'retired', 'busy', 'died'],
    ],
  },
  auxot_claude_forecasts_total: { result: ['right', 'wrong'] },
  auxot_job_unsupported_fields_total: { field: ['reasoning_effort', 'max_tokens', 'temperature', 'credentials'] },
}
const windows = [
  ...['five_hour', 'seven_day', 'seven_day_opus', 'seven_day_sonnet', 'seven_day_overage_included', 'overage'],
  'other',
]
const gauges = {
  auxot_worker_connected: {},
  auxot_worker_heartbeat_ack_age_seconds: {},
  auxot_job_running: {},
  auxot_provider_rate_limited: { type: windows },
  auxot_provider_rate_limit_reset_timestamp_seconds: { type: windows },
  auxot_credential_expiry_timestamp_seconds: { kind: ['oauth-token', 'api-key'] },
}
const histograms = ['auxot_job_duration_seconds', 'auxot_job_first_token_seconds']
const states = ['starting', 'idle', 'busy', 'draining', 'reconnecting', 'rate_limited', 'auth_failed', 'stopped']

/** The names of samples as Prometheus writes them. */
function sampleNames(table: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): string[] {
  return Object.entries(table).flatMap(([name, labels]) => {
    const [label] = Object.entries(labels)
    return label ? label[1].map((value) => `${name}{${label[0]}="${value}"}`) : [name]
  })
}

async function metricsOf(facts: ReportedFacts = {}) {
  const sources = reportSources(facts)
  const metrics = new WorkerMetrics(sources)
  return { ...sources, text: () => metrics.text(), samples: async () => samplesOf(await metrics.text()) }
}

describe("a worker's metrics", () => {
  it('are all there at zero from the start, but for what a worker is from the start', async () => {
    const { samples } = await metricsOf()
    const all = await samples()
    for (const name of sampleNames({ ...counters, ...gauges })) expect([name, all.get(name)]).toEqual([name, 0])
    for (const name of histograms) {
      expect([all.get(`${name}_count`), all.get(`${name}_sum`), all.get(`${name}_bucket{le="+Inf"}`)]).toEqual([
        0, 0, 0,
      ])
    }
    for (const state of states) {
      expect(all.get(`auxot_worker_state{state="${state}"}`)).toBe(state === 'starting' ? 1 : 0)
    }
    const info = { version: auxotVersion(), claude_version: '2.1.330', router: 'https://router.example.com' }
    const labels = Object.entries(info).map(([name, value]) => `${name}="${value}"`)
    expect(all.get(`auxot_worker_info{${labels.join(',')}}`)).toBe(1)
    expect(all.get('auxot_claude_processes{kind="kept"}')).toBe(2)
  })

  it('have no series and no label that nobody agreed on', async () => {
    const { text } = await metricsOf()
    const fixed = ['auxot_worker_info', 'auxot_worker_state', 'auxot_claude_processes']
    expect([...typesOf(await text())].sort()).toEqual(
      [
        ...Object.keys(counters).map((name) => [name, 'counter']),
        ...[...Object.keys(gauges), ...fixed].map((name) => [name, 'gauge']),
        ...histograms.map((name) => [name, 'histogram']),
      ].sort(),
    )
    const known = [
      ...sampleNames({ ...counters, ...gauges, auxot_worker_state: { state: states } }),
      ...sampleNames({ auxot_claude_processes: { kind: ['parked', 'kept', 'lent'] } }),
    ]
    const extra = [...samplesOf(await text()).keys()].filter((name) => !known.includes(name))
    expect(extra.filter((name) => !/^auxot_(worker_info\{|job_(duration|first_token)_seconds_)/.test(name))).toEqual([])
  })

  it('count jobs, tokens and cost, whatever the jobs are called', async () => {
    const { record, samples } = await metricsOf()
    for (const jobId of ['a', 'b', 'c"} 1\n']) record.note({ type: 'job_started', jobId, model: 'sonnet' })
    const done = { type: 'job_finished', outcome: 'completed', inputTokens: 100, outputTokens: 7 } as const
    record.note({ ...done, jobId: 'a', durationMs: 700, firstTokenMs: 80, costUsd: 0.5 })
    record.note({ ...done, jobId: 'c"} 1\n', durationMs: 40_000, firstTokenMs: 3_000, costUsd: 0.25 })
    const all = await samples()
    expect(
      Object.fromEntries([...all].filter(([name]) => /^auxot_(jobs?|tokens)_/.test(name) && all.get(name))),
    ).toEqual({
      auxot_jobs_started_total: 3,
      'auxot_jobs_finished_total{outcome="completed"}': 2,
      auxot_job_running: 1,
      'auxot_tokens_total{direction="input"}': 200,
      'auxot_tokens_total{direction="output"}': 14,
      auxot_job_cost_usd_total: 0.75,
      ...filledBuckets(
        'auxot_job_duration_seconds',
        { 1: 1, 2.5: 1, 5: 1, 10: 1, 30: 1 },
        [60, 120, 300, 600, 1800, 3600],
      ),
      auxot_job_duration_seconds_sum: 40.7,
      auxot_job_duration_seconds_count: 2,
      ...filledBuckets(
        'auxot_job_first_token_seconds',
        { 0.1: 1, 0.25: 1, 0.5: 1, 1: 1, 2.5: 1 },
        [5, 10, 30, 60, 120],
      ),
      auxot_job_first_token_seconds_sum: 3.08,
      auxot_job_first_token_seconds_count: 2,
    })
  })

  it('count what has been counted, not once more with every look', async () => {
    const { record, counters: pool, samples } = await metricsOf()
    record.note({ type: 'disconnected', kind: 'dropped', reason: 'lost' })
    pool.started('replayed')
    pool.missed('history')
    pool.forecast(true)
    const first = await samples()
    expect(await samples()).toEqual(first)
    const counted = ['auxot_worker_reconnects_total{reason="dropped"}', 'auxot_claude_turns_total{start="replayed"}']
    const looked = [
      ...counted,
      'auxot_claude_replays_total{reason="history"}',
      'auxot_claude_forecasts_total{result="right"}',
    ]
    expect(looked.map((name) => first.get(name))).toEqual([1, 1, 1, 1])
  })

  it.each([
    ['five_hour', 'five_hour'],
    ['a_window_of_next_year', 'other'],
    [undefined, 'other'],
  ])('say of a limit with the window %s that %s is used up, and until when', async (window, type) => {
    const { samples } = await metricsOf({
      view: { rateLimit: { status: 'rejected', resetsAt: 1_800_000_600, window } },
    })
    const all = await samples()
    expect(windows.map((each) => all.get(`auxot_provider_rate_limited{type="${each}"}`))).toEqual(
      windows.map((each) => (each === type ? 1 : 0)),
    )
    expect(all.get(`auxot_provider_rate_limit_reset_timestamp_seconds{type="${type}"}`)).toBe(1_800_000_600)
  })

  it('do not take a warning for a limit', async () => {
    const { samples } = await metricsOf({ view: { rateLimit: { status: 'allowed_warning', window: 'seven_day' } } })
    expect((await samples()).get('auxot_provider_rate_limited{type="seven_day"}')).toBe(0)
  })

  it('say whether there is a connection, how old its last sign is, and when the credential expires', async () => {
    const { samples } = await metricsOf({ view: { heartbeatAckAgeMs: 2_500 }, expiresAtMs: 1_830_000_000_000 })
    const all = await samples()
    expect(all.get('auxot_worker_connected')).toBe(1)
    expect(all.get('auxot_worker_heartbeat_ack_age_seconds')).toBe(2.5)
    expect(all.get('auxot_credential_expiry_timestamp_seconds{kind="oauth-token"}')).toBe(1_830_000_000)
  })
})

/** Buckets that hold some of two values, and those that hold both. */
function filledBuckets(name: string, some: Readonly<Record<string, number>>, both: readonly number[]) {
  const counts = [...Object.entries(some), ...both.map((le) => [le, 2] as const), ['+Inf', 2] as const]
  return Object.fromEntries(counts.map(([le, count]) => [`${name}_bucket{le="${le}"}`, count]))
}
