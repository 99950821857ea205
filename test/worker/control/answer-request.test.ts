import { describe, expect, it } from 'vitest'
import { answerRequest } from '../../../src/worker/control/answer-request.ts'
import { statusReport } from '../../../src/worker/control/status-report.ts'
import { StopRequests, type StopStep } from '../../../src/worker/stop-requests.ts'
import { expectDocument } from '../../support/json-documents.ts'
import { reportSources } from '../../support/report-sources.ts'

/** A worker with so many jobs in hand, of which those that have a place run. */
function worker({
  jobsInHand = 0,
  away = false,
  asked,
}: {
  jobsInHand?: number
  away?: boolean
  asked?: StopStep
} = {}) {
  const state = jobsInHand > 0 ? 'busy' : 'idle'
  const sources = reportSources({ view: { state, jobsInHand } })
  for (let n = 1; n <= Math.min(jobsInHand, 2); n++) {
    sources.record.note({ type: 'job_started', jobId: `j${n}`, model: 'sonnet' })
  }
  const stop = new StopRequests()
  if (asked) stop.ask(asked, { by: 'a test', exit: 'interrupted' })
  let retries = 0
  const controlled = {
    worker: {
      ...sources.worker,
      retryNow: () => {
        retries += 1
        return away
      },
    },
    stop,
    report: () => statusReport(sources),
  }
  const ask = (request: unknown) => answerRequest(JSON.stringify(request), controlled)
  return { ask, controlled, stop, retries: () => retries }
}

const running = (id: string) => ({ id, model: 'sonnet', startedAt: '2027-01-15T08:00:00.000Z', elapsedMs: 0 })

describe('a request', () => {
  it('for the status is answered with the report', () => {
    const { ask, stop } = worker()
    const answer = ask({ op: 'status' })
    expectDocument(JSON.parse(JSON.stringify(answer)), 'auxot.worker.report/v1')
    expect(answer).toMatchObject({ schema: 'auxot.worker.report/v1', state: 'idle' })
    expect(stop.step).toBeUndefined()
  })

  it.each([
    [{ op: 'drain' }, 'drain', 'worker drain'],
    [{ op: 'drain', ifIdle: false }, 'drain', 'worker drain'],
    [{ op: 'stop' }, 'finish', 'worker stop'],
    [{ op: 'stop', force: false }, 'finish', 'worker stop'],
    [{ op: 'stop', force: true }, 'cancel', 'worker stop --force'],
  ] as const)('%j is accepted by a busy worker, and says what runs', (request, step, by) => {
    const { ask, stop } = worker({ jobsInHand: 1 })
    const answer = ask(request)
    expect(answer).toEqual({
      schema: 'auxot.worker.decision/v1',
      op: request.op,
      accepted: true,
      state: 'busy',
      running: [running('j1')],
    })
    expectDocument(JSON.parse(JSON.stringify(answer)), 'auxot.worker.decision/v1')
    expect([stop.step, stop.cause]).toEqual([step, { by, exit: 'terminated' }])
  })

  it.each([
    [0, true],
    [1, false],
    [3, false],
  ])('to leave if idle: with %d jobs in hand it is accepted: %s', (jobsInHand, accepted) => {
    const { ask, stop } = worker({ jobsInHand })
    expect(ask({ op: 'drain', ifIdle: true })).toMatchObject({
      accepted,
      running: ['j1', 'j2'].slice(0, jobsInHand).map(running),
    })
    expect(stop.step).toBe(accepted ? 'drain' : undefined)
  })

  it('to leave is accepted once more by a worker that leaves already, and takes back nothing', () => {
    const { ask, stop } = worker({ asked: 'cancel' })
    expect(ask({ op: 'drain' })).toMatchObject({ accepted: true })
    expect(ask({ op: 'stop' })).toMatchObject({ accepted: true })
    expect([stop.step, stop.cause?.by]).toEqual(['cancel', 'a test'])
  })

  it.each([true, false])('to try again is accepted by a worker that stays away, and only by one: %s', (away) => {
    const { ask, stop, retries } = worker({ away })
    expect(ask({ op: 'retry' })).toMatchObject({ op: 'retry', accepted: away })
    expect([retries(), stop.step]).toEqual([1, undefined])
  })

  it.each([
    'hello',
    '{"op":"drain"',
    'null',
    '[]',
    '"drain"',
    '{}',
    '{"op":"restart"}',
    '{"op":"DRAIN"}',
    '{"op":"drain","if_idle":true}',
    '{"op":"drain","ifIdle":"yes"}',
    '{"op":"stop","ifIdle":true}',
    '{"op":"status","force":true}',
  ])('that is not understood is refused, and changes nothing: %s', (line) => {
    const { controlled, stop, retries } = worker()
    const answer = answerRequest(line, controlled)
    expectDocument(answer, 'auxot.error/v1')
    expect(answer).toMatchObject({
      error: { code: 'USAGE', message: expect.stringMatching(/^The request cannot be understood: .+\.$/), exitCode: 2 },
    })
    expect([stop.step, retries()]).toEqual([undefined, 0])
  })
})
