import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { FakeWorker, joinRouter } from '../support/fake-worker.ts'

/** Containers are often without. */
const hasIpv6Loopback = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
const claude = { backend: 'claude', model: 'sonnet', ctx_size: 200_000 }

async function healthOf({ httpUrl }: { readonly httpUrl: string }): Promise<unknown> {
  return (await fetch(`${httpUrl}/health`)).json()
}

describe('a development router that has just been started', () => {
  it('listens on loopback and has keys that nobody could guess', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    expect(router.httpUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(router.workerUrl).toBe(`${router.httpUrl.replace('http', 'ws')}/ws`)
    expect(router.workerKey).toMatch(/^adm_[0-9a-f]{48}$/)
    expect(router.callerKey).toMatch(/^rtr_[0-9a-f]{48}$/)
    expect(router.workers).toEqual([])
  })

  it('takes the keys it is given', async () => {
    await using router = await startDevRouter({ dialect: 'public', workerKey: 'adm_mine', callerKey: 'rtr_mine' })
    expect([router.workerKey, router.callerKey]).toEqual(['adm_mine', 'rtr_mine'])
  })

  it('says so when its port is taken', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const port = Number(new URL(router.httpUrl).port)
    await expect(startDevRouter({ dialect: 'public', port })).rejects.toMatchObject({
      name: 'UsageError',
      message: `the router cannot listen on 127.0.0.1:${port}: somebody else listens there`,
      hint: 'Choose another port, or 0 for a free one.',
    })
  })

  it.skipIf(!hasIpv6Loopback)('listens on an IPv6 host', async () => {
    await using router = await startDevRouter({ dialect: 'public', host: '::1' })
    await using _worker = await joinRouter(router)
    expect(await healthOf(router)).toMatchObject({ status: 'ok', workers: 1 })
  })
})

describe('a worker that says hello', () => {
  it('gets an id and a policy, and from then on it is there', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = new FakeWorker(router.workerUrl)
    const ack = await worker.hello(router.workerKey, { total_slots: 3 })
    expect(ack).toMatchObject({ success: true, policy: { worker_type: 'cli', cli_type: 'claude' } })
    const capabilities = { ...claude, total_slots: 3, model_capabilities: [] }
    expect(router.workers).toEqual([{ id: ack.gpu_id, capabilities, slots: 3, configured: false, running: [] }])
    await worker.configure({ total_slots: 3 })
    await router.ready()
    expect(router.workers).toMatchObject([{ configured: true }])
  })

  it('is refused with an unknown key as the public router does it: a message, then no close frame', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'hello', gpu_key: 'adm_wrong', capabilities: claude })
    expect(await worker.next('error')).toMatchObject({ error: 'invalid GPU key' })
    expect(await worker.closed).toBe(1006)
    expect(router.workers).toEqual([])
  })

  it('must say it first', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'heartbeat' })
    expect(await worker.closed).toBe(1006)
    expect(router.complaints).toMatchObject([{ problem: '"heartbeat" before the hello was answered' }])
  })

  it.each([
    ['cli', 1],
    ['mixed', 2],
  ] as const)('has, if it does not say, the slots of a router in %s mode: %i', async (mode, slots) => {
    await using router = await startDevRouter({ dialect: 'public', mode })
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'hello', gpu_key: router.workerKey, capabilities: claude })
    await worker.next('hello_ack')
    expect(router.workers).toMatchObject([{ slots }])
  })

  it.each([
    ['cli', 'claude', { worker_type: 'cli', cli_type: 'claude', model_name: '' }],
    ['cli', 'cli/claude', { worker_type: 'cli', cli_type: 'claude', model_name: '' }],
    ['mixed', 'claude', { worker_type: 'cli', cli_type: 'claude', model_name: 'opus' }],
    ['mixed', 'cli/claude', { worker_type: 'gpu', model_name: 'Qwen3-30B-A3B' }],
  ] as const)('in %s mode as "%s" gets the policy %j', async (mode, backend, policy) => {
    await using router = await startDevRouter({ dialect: 'public', mode })
    await using worker = new FakeWorker(router.workerUrl)
    const ack = await worker.hello(router.workerKey, { backend, model: 'opus' })
    expect(ack.policy).toMatchObject(policy)
  })

  it('gets what the router was told to say', async () => {
    const policy = { model_name: 'haiku', builtin_tools: ['Bash'], cli_type: 'cursor' }
    await using router = await startDevRouter({ dialect: 'coordinator', policy })
    await using worker = new FakeWorker(router.workerUrl)
    expect((await worker.hello(router.workerKey)).policy).toMatchObject(policy)
  })
})

describe('a worker that is in', () => {
  it('has its heartbeats answered', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    worker.send({ type: 'heartbeat' })
    expect(await worker.next('heartbeat_ack')).toEqual({ type: 'heartbeat_ack' })
  })

  it('may change its slots at any time; zero or none leaves them as they are', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router, { total_slots: 2 })
    const slots: unknown[] = []
    for (const total_slots of [3, 1, 0, undefined]) {
      worker.send({
        type: 'config',
        capabilities: { ...claude, ...(total_slots === undefined ? {} : { total_slots }) },
      })
      await worker.next('config_ack')
      slots.push(router.workers[0]?.slots)
    }
    expect(slots).toEqual([3, 1, 1, 1])
  })

  it('gets waiting jobs as soon as it has more slots', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const ids = [router.submit({ messages: [] }), router.submit({ messages: [] })].map(({ jobId }) => jobId)
    expect(await worker.next('job')).toMatchObject({ job_id: ids[0] })
    worker.send({ type: 'config', capabilities: { ...claude, total_slots: 2 } })
    expect(await worker.next('job')).toMatchObject({ job_id: ids[1] })
  })

  it('may send rubbish: it is noted, ignored, and the connection stays', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    for (const rubbish of ['{', '[]', '{"type":"poem"}', '{"type":"token","job_id":7}', '{"type":"hello"}']) {
      worker.sendRaw(rubbish)
    }
    worker.send({ type: 'hello', gpu_key: router.workerKey, capabilities: claude })
    worker.send({ type: 'token', job_id: 'none', token: 'x' })
    worker.send({ type: 'heartbeat' })
    await worker.next('heartbeat_ack')
    expect(router.complaints.map(({ problem }) => problem)).toEqual([
      'unreadable frame: the frame is not a JSON object',
      'unreadable frame: the frame is not a JSON object',
      'unknown message type "poem"',
      expect.stringMatching(/^unreadable frame: job_id: /),
      expect.stringMatching(/^unreadable frame: gpu_key: /),
      'a second "hello"',
      '"token" for a job that this worker does not run',
    ])
    expect(router.workers).toHaveLength(1)
  })

  it('counts in /health, which has exactly the documented fields', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    expect(await healthOf(router)).toEqual({ status: 'ok', workers: 0, total_slots: 0, active_jobs: 0, available: 0 })
    await using one = await joinRouter(router)
    await using _two = await joinRouter(router, { total_slots: 3 })
    const handle = router.submit({ messages: [] })
    expect(await healthOf(router)).toEqual({ status: 'ok', workers: 2, total_slots: 4, active_jobs: 1, available: 3 })
    one.answer(handle.jobId, ['ok'])
    await handle.done
    expect(await healthOf(router)).toEqual({ status: 'ok', workers: 2, total_slots: 4, active_jobs: 0, available: 4 })
    one.close()
    await router.ready(1)
    expect(await healthOf(router)).toMatchObject({ workers: 1, total_slots: 3 })
  })
})

describe('what a test can see', () => {
  it('records every message with its connection, in order', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using _worker = await joinRouter(router)
    const [{ id } = { id: '' }] = router.workers
    expect(router.received.map(({ connection, message }) => [connection, message.type])).toEqual([
      [id, 'hello'],
      [id, 'config'],
    ])
    const times = router.received.map(({ receivedAtMs }) => receivedAtMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('hands out each message once, by type and filter, whether it came already or comes later', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const { jobId } = router.submit({ messages: [] })
    const later = router.next('token', ({ token }) => token === 'two')
    for (const token of ['one', 'two', 'three']) worker.send({ type: 'token', job_id: jobId, token })
    expect(await later).toMatchObject({ token: 'two' })
    expect(await router.next('token')).toMatchObject({ token: 'one' })
    expect(await router.next('token')).toMatchObject({ token: 'three' })
    await expect(router.next('token', undefined, 1)).rejects.toThrow('waited 1 ms in vain for "token" from a worker')
  })

  it('keeps only so many messages', async () => {
    await using router = await startDevRouter({ dialect: 'public', recordLimit: 10 })
    await using worker = await joinRouter(router)
    for (let count = 0; count < 50; count += 1) worker.send({ type: 'heartbeat' })
    for (let count = 0; count < 50; count += 1) await worker.next('heartbeat_ack')
    expect(router.received.length).toBeLessThanOrEqual(10)
    expect(router.received.at(-1)?.message.type).toBe('heartbeat')
  })

  it('says what was waited for in vain, and fails every waiter when it is closed', async () => {
    const router = await startDevRouter({ dialect: 'public' })
    await expect(router.ready(2, 1)).rejects.toThrow('waited 1 ms in vain for 2 configured worker(s)')
    const waiters = [router.next('hello'), router.ready(1)]
    const outcomes = Promise.allSettled(waiters)
    await router[Symbol.asyncDispose]()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ reason: { message: 'the development router was closed' } })
    }
  })
})
