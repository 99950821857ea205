import { describe, expect, it } from 'vitest'
import { apiErrors, Gate, rateLimitHeaders } from '../../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../../support/claude-program.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { House, openHouse } from '../../support/house.ts'
import { text } from '../../support/job-parts.ts'
import { readDocument } from '../../support/json-documents.ts'
import { WatchedClock } from '../../support/watched-clock.ts'
import { anyPort, decisionOf, getHealth, healthUrl, metricsOf, socketsIn, statusOf } from '../../support/worker-door.ts'
import { WorkerOnTrial } from '../../support/worker-on-trial.ts'

const withHealth = { healthAddress: anyPort } as const
/** For tests in which no job is run. */
const withoutClaude = { claude: { warm: 0 } } as const

/** The sum of a series over what its label may say. */
function total(samples: ReadonlyMap<string, number>, name: string): number {
  return [...samples].filter(([each]) => each.startsWith(`${name}{`)).reduce((sum, [, value]) => sum + value, 0)
}

describe.skipIf(claudeProgram() === undefined)('a worker', () => {
  it('begins to count at zero, and counts what its jobs were and took', async () => {
    await using house = await openHouse({ worker: withHealth })
    const before = await metricsOf(house.worker)
    for (const name of ['auxot_jobs_started_total', 'auxot_job_running', 'auxot_job_duration_seconds_count']) {
      expect([name, before.get(name)]).toEqual([name, 0])
    }
    for (const name of ['auxot_jobs_finished_total', 'auxot_claude_turns_total', 'auxot_claude_replays_total']) {
      expect([name, total(before, name)]).toEqual([name, 0])
    }
    await house.ask('one').done
    house.model.script(apiErrors.promptTooLong())
    await house.ask('two', { temperature: 1.7 }).done
    await house.worker.next('job_finished', ({ outcome }) => outcome === 'failed')
    const after = await metricsOf(house.worker)
    expect(after.get('auxot_jobs_started_total')).toBe(2)
    expect(after.get('auxot_jobs_finished_total{outcome="completed"}')).toBe(1)
    expect(after.get('auxot_jobs_finished_total{outcome="failed"}')).toBe(1)
    expect(after.get('auxot_job_running')).toBe(0)
    expect(after.get('auxot_job_duration_seconds_count')).toBe(2)
    expect(after.get('auxot_job_first_token_seconds_count')).toBe(1)
    expect(after.get('auxot_job_unsupported_fields_total{field="temperature"}')).toBe(1)
    expect(after.get('auxot_tokens_total{direction="input"}')).toBeGreaterThan(0)
    expect(after.get('auxot_tokens_total{direction="output"}')).toBeGreaterThan(0)
    expect([total(after, 'auxot_claude_turns_total'), total(after, 'auxot_claude_replays_total')]).toEqual([2, 2])
    expect((await statusOf(house)).notes.temperature).toBe(1)
  })

  it('says what it is doing while it does it, the same at the door and over HTTP', async () => {
    await using house = await openHouse({ worker: withHealth })
    expect(await statusOf(house)).toMatchObject({
      id: house.router.workers[0]?.id,
      pid: process.pid,
      state: 'idle',
      router: house.router.httpUrl,
      slots: { total: 1, inUse: 0 },
      running: [],
    })
    const gate = new Gate()
    house.model.script({ blocks: [text('one two')], gate })
    const job = house.ask('count')
    await gate.reached()
    const running = [{ id: job.jobId, model: 'claude-sonnet-4-6' }]
    const busy = { state: 'busy', slots: { inUse: 1 }, jobs: { started: 1, completed: 0 }, running }
    const atTheDoor = await statusOf(house)
    expect(atTheDoor).toMatchObject({ ...busy, claude: { processes: { lent: 1 } } })
    expect(Object.values(atTheDoor.claude.turns.starts).reduce((sum, count) => sum + count)).toBe(1)
    const { status, body } = await getHealth(house.worker, '/status.json')
    expect([status, readDocument(body, 'auxot.worker.report/v1')]).toMatchObject([200, busy])
    expect(await getHealth(house.worker, '/readyz')).toEqual({ status: 200, body: 'busy\n' })
    gate.open()
    await job.done
    await house.worker.next('job_finished')
    expect(await statusOf(house)).toMatchObject({ state: 'idle', jobs: { started: 1, completed: 1 }, running: [] })
  })

  it('tells no secret, no prompt and no answer', async () => {
    await using house = await openHouse({ worker: withHealth })
    await house.ask('a prompt that nobody may read').done
    const told = [
      JSON.stringify(await statusOf(house)),
      (await getHealth(house.worker, '/status.json')).body,
      (await getHealth(house.worker, '/metrics')).body,
    ]
    for (const each of told) {
      for (const secret of [inventedToken, house.router.workerKey, 'nobody may read'])
        expect(each).not.toContain(secret)
    }
  })

  it('that is asked to leave finishes its job, says so meanwhile, and closes its doors with its end', async () => {
    await using house = await openHouse({ worker: withHealth })
    const gate = new Gate()
    house.model.script({ blocks: [text('the whole answer')], gate })
    const job = house.ask('work')
    await gate.reached()
    expect(await decisionOf(house, { op: 'drain', ifIdle: true })).toMatchObject({
      accepted: false,
      state: 'busy',
      running: [{ id: job.jobId }],
    })
    expect(await decisionOf(house, { op: 'drain' })).toMatchObject({
      accepted: true,
      state: 'draining',
      running: [{ id: job.jobId }],
    })
    expect(await statusOf(house)).toMatchObject({ state: 'draining', reason: 'worker drain' })
    expect(await getHealth(house.worker, '/readyz')).toEqual({ status: 503, body: 'draining\n' })
    expect(await getHealth(house.worker, '/livez')).toMatchObject({ status: 200 })
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'the whole answer' } })
    expect(await house.worker.ended).toMatchObject({ exit: 'done' })
    expect(await socketsIn(house)).toEqual([])
    await expect(fetch(healthUrl(house.worker))).rejects.toThrow()
  })

  it('that is idle and asked to leave only then does, and the answer arrives although it leaves at once', async () => {
    await using house = await openHouse({ worker: { ...withoutClaude, lingerMs: 0 } })
    await house.worker.reached('idle')
    expect(await decisionOf(house, { op: 'drain', ifIdle: true })).toEqual({
      schema: 'auxot.worker.decision/v1',
      op: 'drain',
      accepted: true,
      state: 'draining',
      running: [],
    })
    expect(await house.worker.ended).toMatchObject({ exit: 'done' })
  })

  it('that is stopped with force cancels its job', async () => {
    await using house = await openHouse()
    const gate = new Gate()
    house.model.script({ blocks: [text('half whole')], gate })
    const job = house.ask('work')
    gate.release()
    await house.router.next('token')
    expect(await decisionOf(house, { op: 'stop', force: true })).toMatchObject({ accepted: true, state: 'draining' })
    expect(await house.worker.ended).toMatchObject({ exit: 'terminated' })
    expect((await job.done).kind).toBe('error')
  })

  it('that stays away says until when, and comes back when it is told to try again', async () => {
    const resetsAtSeconds = Math.floor(Date.now() / 1_000) + 3_600
    const until = new Date(resetsAtSeconds * 1_000).toISOString()
    await using house = await openHouse({ worker: withHealth })
    const headers = rateLimitHeaders({ status: 'rejected', claim: 'five_hour', resetsAtSeconds })
    house.model.script({ ...apiErrors.rateLimited(), headers })
    await house.ask('one').done
    await house.worker.reached('rate_limited')
    expect(await statusOf(house)).toMatchObject({
      state: 'rate_limited',
      until,
      reason: `rate limit reached, resets at ${until}`,
      claude: { rateLimit: { status: 'rejected', window: 'five_hour', resetsAt: until, resetFrom: 'event' } },
    })
    expect(await getHealth(house.worker, '/readyz')).toEqual({ status: 503, body: `rate_limited until ${until}\n` })
    expect(await getHealth(house.worker, '/livez')).toMatchObject({ status: 200 })
    const limited = await metricsOf(house.worker)
    expect(limited.get('auxot_provider_rate_limited{type="five_hour"}')).toBe(1)
    expect(limited.get('auxot_provider_rate_limit_reset_timestamp_seconds{type="five_hour"}')).toBe(resetsAtSeconds)
    expect([limited.get('auxot_worker_connected'), limited.get('auxot_worker_state{state="rate_limited"}')]).toEqual([
      0, 1,
    ])
    expect(await decisionOf(house, { op: 'retry' })).toMatchObject({ accepted: true, state: 'rate_limited' })
    await house.worker.next('state', ({ from, to }) => from === 'reconnecting' && to === 'idle')
    expect((await metricsOf(house.worker)).get('auxot_provider_rate_limited{type="five_hour"}')).toBe(0)
    expect(await decisionOf(house, { op: 'retry' })).toMatchObject({ accepted: false })
  })

  it('that has lost the router is alive and not ready, and counts why it has to connect again', async () => {
    await using house = await openHouse({ worker: { ...withHealth, ...withoutClaude } })
    await house.worker.reached('idle')
    const connected = await metricsOf(house.worker)
    expect([connected.get('auxot_worker_connected'), total(connected, 'auxot_worker_reconnects_total')]).toEqual([1, 0])
    await house.router.stop()
    await house.worker.reached('reconnecting')
    expect(await getHealth(house.worker, '/livez')).toMatchObject({ status: 200 })
    expect(await getHealth(house.worker, '/readyz')).toEqual({ status: 503, body: 'reconnecting\n' })
    await house.worker.next('disconnected', ({ kind }) => kind === 'unreachable')
    await house.router.start()
    await house.worker.reached('idle')
    const samples = await metricsOf(house.worker)
    const reasons = ['dropped', 'unreachable'].map((kind) =>
      samples.get(`auxot_worker_reconnects_total{reason="${kind}"}`),
    )
    expect(reasons).toEqual([1, expect.toSatisfy((count: number) => count >= 1)])
    expect(samples.get('auxot_worker_connected')).toBe(1)
  })

  it.each([
    [1_000, 30_000],
    [10_000, 30_000],
    [20_000, 60_000],
  ])(
    'with a heartbeat every %d ms is dead once the last answer is older than %d ms, whatever else it hears',
    async (heartbeatIntervalMs, limitMs) => {
      const clock = new WatchedClock()
      await using house = await House.open()
      await using router = await FakeRouter.open({ heartbeat: () => {} })
      const surroundings = { routerUrl: router.url, workerKey: 'adm_invented', modelUrl: house.model.url }
      const wishes = { ...withHealth, ...withoutClaude, clock, heartbeatIntervalMs }
      await using worker = await WorkerOnTrial.start(surroundings, wishes)
      const connection = await router.connected()
      await worker.reached('idle')
      for (let passedMs = 0; passedMs < limitMs; passedMs += heartbeatIntervalMs) {
        clock.advance(heartbeatIntervalMs)
        await connection.ping()
      }
      expect(await getHealth(worker, '/livez')).toEqual({ status: 200, body: 'alive\n' })
      clock.advance(1)
      const seconds = limitMs / 1_000
      expect(await getHealth(worker, '/livez')).toEqual({
        status: 503,
        body: `the router has not answered a heartbeat for ${seconds}s\n`,
      })
      expect((await metricsOf(worker)).get('auxot_worker_heartbeat_ack_age_seconds')).toBe(seconds + 0.001)
    },
  )

  it('does not begin where its health has no place, and leaves nothing behind', async () => {
    await using house = await openHouse({ worker: { ...withHealth, ...withoutClaude } })
    const port = Number(new URL(healthUrl(house.worker)).port)
    const { httpUrl: routerUrl, workerKey } = house.router
    const surroundings = { routerUrl, workerKey, modelUrl: house.model.url }
    const second = await WorkerOnTrial.start(surroundings, { healthAddress: { ...anyPort, port }, ...withoutClaude })
    await expect(second.ended).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringMatching(/the port is taken$/),
    })
    expect(house.router.workers.length).toBe(1)
    expect((await socketsIn(house)).length).toBe(1)
  })

  it('has a door of its own beside others of the same process', async () => {
    await using house = await House.open()
    await house.add(withoutClaude)
    await house.add(withoutClaude)
    await house.router.ready(2)
    expect((await socketsIn(house)).length).toBe(2)
  })
})
