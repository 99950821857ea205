import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeControlAnswer, type WorkerReport } from '../../../src/protocol/control-answers.ts'
import { workerStates } from '../../../src/protocol/worker-state.ts'
import { auxotVersion } from '../../../src/shared/version.ts'
import { statusReport } from '../../../src/worker/control/status-report.ts'
import { expectDocument } from '../../support/json-documents.ts'
import { canaries, reportSources } from '../../support/report-sources.ts'

/** The report as it leaves the worker, checked against its schema. */
function reportOf(sources: Parameters<typeof statusReport>[0]) {
  const text = JSON.stringify(statusReport(sources))
  expect(text).not.toContain('canary')
  const document = JSON.parse(text) as Record<string, unknown>
  expectDocument(document, 'auxot.worker.report/v1')
  return document
}

const noJobs = { started: 0, completed: 0, failed: 0, overloaded: 0, cancelled: 0, returned: 0, lost: 0 }

describe("a worker's report", () => {
  it('is what those read who ask a worker from outside', () => {
    const sources = reportSources()
    // The compiler holds that the one is the other's shape.
    const report: WorkerReport = statusReport(sources)
    expect(decodeControlAnswer(JSON.stringify(report))).toEqual(JSON.parse(JSON.stringify(report)))
  })

  it('of one that has just begun has everything at zero and leaves out what nobody knows', () => {
    expect(reportOf(reportSources())).toEqual({
      schema: 'auxot.worker.report/v1',
      pid: process.pid,
      version: auxotVersion(),
      state: 'starting',
      since: '2027-01-15T08:00:00.000Z',
      startedAt: '2027-01-15T08:00:00.000Z',
      router: 'https://router.example.com',
      slots: { total: 2, inUse: 0 },
      jobs: noJobs,
      running: [],
      claude: {
        version: '2.1.330',
        credential: { kind: 'oauth-token', source: 'CLAUDE_CODE_OAUTH_TOKEN' },
        processes: { parked: 1, kept: 2, lent: 3 },
        turns: {
          starts: { warm: 0, cold: 0, kept: 0, suspended: 0, replayed: 0 },
          misses: expect.objectContaining({ 'none-kept': 0, died: 0 }),
          forecasts: { right: 0, wrong: 0 },
        },
      },
      notes: { reasoning_effort: 0, max_tokens: 0, temperature: 0, credentials: 0 },
    })
  })

  it('of one at work has the jobs that run, since when, and what became of the others', () => {
    const sources = reportSources({ view: { state: 'busy', heartbeatAckAgeMs: 4_000 } })
    const { record, clock } = sources
    record.note({ type: 'connected', router: 'r', workerId: 'w1', model: 'sonnet', slots: 2, builtinTools: [] })
    record.note({ type: 'job_started', jobId: 'j1', model: 'sonnet' })
    record.note({ type: 'job_started', jobId: 'j2', model: 'opus' })
    clock.advance(1_500)
    record.note({ type: 'job_finished', jobId: 'j1', outcome: 'failed', durationMs: 1_500 })
    record.note({ type: 'job_started', jobId: 'j3', model: 'haiku' })
    clock.advance(500)
    expect(reportOf(sources)).toMatchObject({
      id: 'w1',
      slots: { total: 2, inUse: 2 },
      jobs: { ...noJobs, started: 3, failed: 1 },
      running: [
        { id: 'j2', model: 'opus', startedAt: '2027-01-15T08:00:00.000Z', elapsedMs: 2_000 },
        { id: 'j3', model: 'haiku', startedAt: '2027-01-15T08:00:01.500Z', elapsedMs: 500 },
      ],
      heartbeatAckAgeMs: 4_000,
    })
  })

  it('says until when, why, and how the limit and the credential stand, where that is known', () => {
    const untilMs = Date.UTC(2027, 0, 15, 9)
    const rateLimit = {
      status: 'rejected',
      resetsAt: untilMs / 1_000,
      resetFrom: 'event',
      window: 'five_hour',
    } as const
    const view = { state: 'rate_limited', untilMs, reason: 'rate limit reached', rateLimit } as const
    expect(reportOf(reportSources({ view, expiresAtMs: Date.UTC(2028, 0, 1) }))).toMatchObject({
      state: 'rate_limited',
      until: '2027-01-15T09:00:00.000Z',
      reason: 'rate limit reached',
      claude: {
        credential: { expiresAt: '2028-01-01T00:00:00.000Z' },
        rateLimit: {
          status: 'rejected',
          window: 'five_hour',
          resetsAt: '2027-01-15T09:00:00.000Z',
          resetFrom: 'event',
        },
      },
    })
  })

  it('hides a secret that a reason repeats', () => {
    const reason = `the router said ${canaries.workerKey} and the service said ${canaries.token}`
    const { reason: reported } = reportOf(reportSources({ view: { state: 'auth_failed', reason } }))
    expect(reported).toBe('the router said [redacted] and the service said [redacted]')
  })

  it.each(workerStates)('may be of a worker that is %s', (state) => {
    expect(reportOf(reportSources({ view: { state } }))).toMatchObject({ state })
  })

  it('can be made of any moment that anybody names', () => {
    const moments = fc.option(fc.oneof(fc.double(), fc.integer()), { nil: undefined })
    fc.assert(
      fc.property(moments, moments, moments, (untilMs, resetsAt, expiresAtMs) => {
        const view = { untilMs, rateLimit: { status: 'rejected', resetsAt } } as const
        reportOf(reportSources({ view, ...(expiresAtMs !== undefined && { expiresAtMs }) }))
      }),
    )
  })
})
