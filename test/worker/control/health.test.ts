import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WorkerState, workerStates } from '../../../src/protocol/worker-state.ts'
import { HealthServer } from '../../../src/worker/control/health.ts'
import { statusReport } from '../../../src/worker/control/status-report.ts'
import type { WorkerView } from '../../../src/worker/worker-view.ts'
import { within } from '../../support/event-record.ts'
import { readDocument } from '../../support/json-documents.ts'
import { LogRecord } from '../../support/log-record.ts'
import { reportSources } from '../../support/report-sources.ts'

let view: Partial<WorkerView>
let metricsText: () => Promise<string>
let log: LogRecord
let health: HealthServer

beforeEach(async () => {
  view = {}
  metricsText = () => Promise.resolve('auxot_worker_info 1\n')
  log = new LogRecord()
  health = await open('127.0.0.1')
})
afterEach(() => health[Symbol.asyncDispose]())

function open(host: string, port = 0): Promise<HealthServer> {
  return HealthServer.open(
    { host, port },
    {
      report: () => statusReport(reportSources({ view })),
      metrics: { contentType: 'text/plain; version=0.0.4', text: () => metricsText() },
      heartbeatAckLimitMs: 30_000,
      log,
    },
  )
}

async function get(path: string, init: RequestInit = {}) {
  const response = await fetch(`${health.url}${path}`, { headers: { connection: 'close' }, ...init })
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

/** A container may have no IPv6, not even for itself. */
const hasIpv6 = await listens('::1')

const ready: readonly WorkerState[] = ['idle', 'busy']

describe('/readyz', () => {
  it.each(workerStates)('of a worker that is %s', async (state) => {
    view = { state }
    expect(await get('/readyz')).toEqual({
      status: ready.includes(state) ? 200 : 503,
      type: 'text/plain; charset=utf-8',
      body: `${state}\n`,
    })
  })

  it('says until when a worker stays away, where that is known', async () => {
    view = { state: 'rate_limited', untilMs: Date.UTC(2030, 0, 1) }
    expect(await get('/readyz')).toMatchObject({ status: 503, body: 'rate_limited until 2030-01-01T00:00:00.000Z\n' })
  })
})

describe('/livez', () => {
  it.each([
    ...workerStates.map((state) => ({ state, ageMs: undefined, status: 200 })),
    { state: 'idle', ageMs: 0, status: 200 },
    { state: 'busy', ageMs: 30_000, status: 200 },
    { state: 'idle', ageMs: 30_001, status: 503 },
    { state: 'busy', ageMs: 90_000, status: 503 },
    { state: 'draining', ageMs: 30_001, status: 503 },
  ] as const)('is $status where it is $state and its last heartbeat answer is $ageMs ms old', async (facts) => {
    view = { state: facts.state, heartbeatAckAgeMs: facts.ageMs }
    expect((await get('/livez')).status).toBe(facts.status)
  })
})

describe('health', () => {
  it('shows the report', async () => {
    const { status, type, body } = await get('/status.json?pretty')
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' })
    expect(readDocument(body, 'auxot.worker.report/v1')).toMatchObject({ state: 'starting', pid: process.pid })
  })

  it('shows the metrics', async () => {
    expect(await get('/metrics')).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4',
      body: 'auxot_worker_info 1\n',
    })
  })

  it.each(['/', '/livez/', '/metrics/x', '/..%2f', '//livez', '/LIVEZ', '/status'])(
    'has nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('is not for %s', async (method) => {
    expect(await get('/livez', { method })).toMatchObject({ status: 405, body: 'only GET and HEAD\n' })
  })

  it('answers HEAD like GET, without the body', async () => {
    const response = await fetch(`${health.url}/readyz`, { method: 'HEAD', headers: { connection: 'close' } })
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([503, '9', ''])
  })

  it('survives what it cannot answer', async () => {
    metricsText = () => Promise.reject(new Error('no metrics today'))
    await expect(get('/metrics')).rejects.toThrow()
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { error: 'no metrics today' } }])
    expect(await get('/livez')).toMatchObject({ status: 200 })
  })

  it('closes with connections still open', async () => {
    const socket = connect(Number(new URL(health.url).port), '127.0.0.1')
    await within('the connection', new Promise((resolve) => socket.once('connect', resolve)))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await health[Symbol.asyncDispose]()
    await within('the end of the connection', closed)
    health = await open('127.0.0.1')
  })

  it.skipIf(!hasIpv6)('can be on IPv6', async () => {
    const other = await open('::1')
    expect(other.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    await other[Symbol.asyncDispose]()
  })
})

describe('an address that cannot be used', () => {
  it('is refused in one sentence where the port is taken', async () => {
    const port = Number(new URL(health.url).port)
    await expect(open('127.0.0.1', port)).rejects.toMatchObject({
      message: `Health cannot be served on 127.0.0.1:${port}: the port is taken`,
      hint: 'Give another address with --health-addr or AUXOT_HEALTH_ADDR; port 0 takes a free one.',
      exitCode: 2,
    })
  })

  it('is refused in one sentence where it is another machine', async () => {
    await expect(open('192.0.2.1')).rejects.toMatchObject({
      message: 'Health cannot be served on 192.0.2.1:0: it is no address of this machine',
      exitCode: 2,
    })
  })
})

/** Whether this machine has the address. */
function listens(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(0, host, () => server.close(() => resolve(true)))
  })
}
