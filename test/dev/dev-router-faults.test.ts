import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { FakeWorker, joinRouter } from '../support/fake-worker.ts'

const claude = { backend: 'claude', model: 'sonnet', ctx_size: 200_000, total_slots: 1 }

describe('a router that misbehaves', () => {
  it('drops a worker without a close frame', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    router.faults.drop()
    expect(await worker.closed).toBe(1006)
    await router.until(({ workers }) => workers.length === 0, 'the worker to be missed')
  })

  it('closes a worker with any code', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    router.faults.close(1012, 'restart')
    expect(await worker.closed).toBe(1012)
  })

  it('becomes a black hole: reads nothing, says nothing, and misses the worker only when dropped', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const handle = router.submit({ messages: [] })
    const { job_id } = await worker.next('job')
    await using other = await joinRouter(router, { total_slots: 2 })
    const [first, second] = router.workers
    router.faults.blackHole(first?.id)
    worker.send({ type: 'heartbeat' })
    worker.answer(job_id, ['never heard'])
    worker.drop()
    await worker.closed
    other.send({ type: 'heartbeat' })
    await other.next('heartbeat_ack')
    expect(router.workers.map(({ id }) => id)).toEqual([first?.id, second?.id])
    expect(handle.messages).toEqual([])
    router.faults.drop(first?.id)
    expect(await other.next('job')).toMatchObject({ job_id })
    expect(worker.frames.map((frame) => JSON.parse(frame).type)).toEqual(['hello_ack', 'config_ack', 'job'])
  })

  it('can be closed with a black hole in it', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    router.faults.blackHole()
    await router.stop()
    expect(await worker.closed).toBe(1006)
  })

  it('sends any text', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    for (const text of ['{', 'null', '{"type":"poem"}', '{"type":"job","job_id":7}']) router.faults.sendRaw(text)
    worker.send({ type: 'heartbeat' })
    await worker.next('heartbeat_ack')
    expect(worker.frames.slice(2, 6)).toEqual(['{', 'null', '{"type":"poem"}', '{"type":"job","job_id":7}'])
  })

  it('refuses a hello with hello_ack, for once', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    router.faults.planHello({ kind: 'ack', error: 'no capacity', reconnectInSeconds: 7 })
    await using worker = new FakeWorker(router.workerUrl)
    const ack = await worker.hello(router.workerKey)
    expect(ack).toMatchObject({ success: false, error: 'no capacity', reconnectInSeconds: 7 })
    expect(await worker.closed).toBe(1008)
    await using second = new FakeWorker(router.workerUrl)
    expect(await second.hello(router.workerKey)).toMatchObject({ success: true })
  })

  it('refuses a hello with an error and a dropped connection', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    router.faults.planHello({ kind: 'error', error: 'internal error', details: 'disk full' })
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'hello', gpu_key: router.workerKey, capabilities: claude })
    expect(await worker.next('error')).toEqual({ type: 'error', error: 'internal error', details: 'disk full' })
    expect(await worker.closed).toBe(1006)
  })

  it.each([401, 404, 503])('refuses the upgrade with HTTP %i', async (status) => {
    await using router = await startDevRouter({ dialect: 'public' })
    router.faults.planHello({ kind: 'http', status })
    await using worker = new FakeWorker(router.workerUrl)
    await expect(worker.opened()).rejects.toThrow(`Unexpected server response: ${status}`)
  })

  it('serves workers at /ws only', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = new FakeWorker(`${router.workerUrl}/gpu`)
    await expect(worker.opened()).rejects.toThrow('Unexpected server response: 404')
  })

  it('never answers a hello', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    router.faults.planHello({ kind: 'silence' })
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'hello', gpu_key: router.workerKey, capabilities: claude })
    await router.next('hello')
    expect(router.workers).toEqual([])
    expect(worker.frames).toEqual([])
  })

  it('answers a hello when the test says so', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const held = router.faults.holdNextHello()
    await using worker = new FakeWorker(router.workerUrl)
    const ack = worker.hello(router.workerKey)
    await router.next('hello')
    expect(worker.frames).toEqual([])
    held.release()
    expect(await ack).toMatchObject({ success: true })
  })

  it('does not seat a worker that left while its hello was held', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const held = router.faults.holdNextHello()
    await using worker = new FakeWorker(router.workerUrl)
    await worker.opened()
    worker.send({ type: 'hello', gpu_key: router.workerKey, capabilities: claude })
    await router.next('hello')
    worker.drop()
    await using second = await joinRouter(router)
    held.release()
    second.send({ type: 'heartbeat' })
    await second.next('heartbeat_ack')
    expect(router.workers).toHaveLength(1)
  })

  it('restarts on the same port and gives its open jobs to whoever comes back', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using before = await joinRouter(router)
    const handle = router.submit({ messages: [] })
    await before.next('job')
    const { workerUrl } = router
    await router.stop()
    expect(await before.closed).toBe(1006)
    await using refused = new FakeWorker(workerUrl)
    await expect(refused.opened()).rejects.toThrow('ECONNREFUSED')
    await router.start()
    expect(router.workerUrl).toBe(workerUrl)
    await using after = await joinRouter(router)
    after.answer((await after.next('job')).job_id, ['ok'])
    expect((await handle.done).kind).toBe('complete')
  })

  it('can be closed although a refused worker never hangs up', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const socket = connect({ port: Number(new URL(router.httpUrl).port), host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    socket.write('GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
    await router.stop()
    socket.destroy()
  })

  it('must be told which worker, when there is not just one', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    expect(() => router.faults.drop()).toThrow('0 workers are connected: name one')
    await using _one = await joinRouter(router)
    await using _two = await joinRouter(router)
    expect(() => router.faults.drop()).toThrow('2 workers are connected: name one')
    expect(() => router.faults.drop('nobody')).toThrow('no worker "nobody" is connected')
  })
})
