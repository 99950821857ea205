import { expect, test } from 'vitest'
import { within } from '../../support/event-record.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

test('closing writes what was sent, says goodbye and takes nothing more', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  const answer = { type: 'complete' as const, job_id: 'j', full_response: 'x'.repeat(3 * 1024 * 1024) }
  connection.send(answer)
  const closed = trial.link.close()
  expect([connection.isOpen, connection.send({ type: 'token', job_id: 'j', token: 'late' })]).toEqual([false, false])
  await within('the close', closed)
  expect(await worker.closed).toEqual({ code: 1000, reason: '' })
  expect(worker.received.all.slice(2)).toEqual([answer])
  expect([trial.link.state, trial.types, trial.clock.armed]).toEqual(['closed', ['connecting', 'up'], 0])
  await router.idle()
})

test('a job that comes after the decision to leave is not heard', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.send({ type: 'job', job_id: 'late' })
  await trial.link.close()
  expect(trial.types).toEqual(['connecting', 'up'])
})

test('of several jobs that come at once, those after the one that made the worker leave are not heard', async () => {
  const hello = (worker: { send(message: object): void; accept(): void }) => {
    for (const job_id of ['1', '2', '3']) worker.send({ type: 'job', job_id })
    worker.accept()
  }
  await using router = await FakeRouter.open({ hello })
  const heard: string[] = []
  await using trial = new LinkOnTrial(router.url)
  const push = trial.events.push.bind(trial.events)
  trial.events.push = (event) => {
    push(event)
    if (event.type !== 'message') return
    heard.push(event.message.type)
    void trial.link.close()
  }
  trial.link.start()
  await trial.next('message')
  await trial.link.close()
  expect(heard).toEqual(['job'])
})

test('a long answer is written before the goodbye even where the router reads slowly', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.stopReading()
  connection.send({ type: 'complete', job_id: 'j', full_response: 'x'.repeat(30 * 1024 * 1024) })
  const closed = trial.link.close()
  trial.clock.advance(20_000)
  worker.readOn()
  expect((await worker.next('complete')).full_response).toHaveLength(30 * 1024 * 1024)
  await within('the close', closed)
  expect(await worker.closed).toEqual({ code: 1000, reason: '' })
})

test('a router that does not answer the goodbye is waited for two seconds', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.goSilent()
  let isClosed = false
  const closed = trial.link.close().then(() => {
    isClosed = true
  })
  await whenArmed(trial)
  trial.clock.advance(1_999)
  await new Promise(setImmediate)
  expect(isClosed).toBe(false)
  trial.clock.advance(1)
  await within('the close', closed)
  expect(trial.clock.armed).toBe(0)
})

test('a router that is gone with a long answer half taken does not hold the close up for ever', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.goSilent()
  connection.send({ type: 'complete', job_id: 'j', full_response: 'x'.repeat(30 * 1024 * 1024) })
  const closed = trial.link.close()
  // What the network takes by itself counts as progress: let it be full first.
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
  trial.clock.advance(30_000)
  await within('the close', closed)
  expect(trial.clock.armed).toBe(0)
})

test('a close that takes too long can be cut short', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  ;(await router.connected()).goSilent()
  const closed = trial.link.close()
  await within('the end', trial.link.terminate())
  await within('the close', closed)
  expect(trial.clock.armed).toBe(0)
})

test('leaving closes with its code and stays away until rejoining', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const first = await trial.up()
  await trial.link.leave(1013)
  expect(await (await router.connected()).closed).toEqual({ code: 1013, reason: '' })
  trial.clock.advance(3_600_000)
  expect([trial.link.state, first.isOpen, trial.types]).toEqual(['away', false, ['connecting', 'up']])
  await trial.link.rejoin()
  const { connection } = (await trial.next('up')).welcome
  expect([trial.link.state, connection.id, trial.types]).toEqual(['open', 2, ['connecting', 'up', 'connecting', 'up']])
})

test('rejoining while the goodbye is still on its way waits for it: never two connections', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  const left = trial.link.leave(1013)
  const rejoined = trial.link.rejoin()
  await worker.closed
  expect(router.connections).toHaveLength(1)
  await Promise.all([left, rejoined])
  await trial.next('up')
})

test('leaving and rejoining are harmless where there is nothing to leave or to rejoin', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.link.leave(1013)
  expect(trial.link.state).toBe('new')
  await trial.up()
  await trial.link.rejoin()
  expect(trial.link.state).toBe('open')
  await trial.link.leave(1013)
  await trial.link.leave(1013)
  await trial.link.close()
  await trial.link.close()
  await trial.link.rejoin()
  await trial.link.leave(1013)
  expect([trial.link.state, router.connections.length]).toEqual(['closed', 1])
})

test.each(['leave', 'close'] as const)('%s while waiting for the next try ends the tries', async (verb) => {
  await using router = await FakeRouter.open({ upgrade: { status: 503 } })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await trial.next('down')
  await trial.link[verb](1000)
  expect(trial.clock.armed).toBe(0)
  trial.clock.advance(60_000)
  expect(trial.types).toEqual(['connecting', 'down'])
})

test.each(['leave', 'close'] as const)('%s while a connection is being made ends it', async (verb) => {
  await using router = await FakeRouter.open({ mute: true })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await router.touched()
  await within('the end of the dial', trial.link[verb](1000))
  await router.idle()
  expect([trial.types, trial.clock.armed]).toEqual([['connecting'], 0])
})

test.each(['leave', 'close'] as const)('%s in the very moment of dialling ends it', async (verb) => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await within('the end of the dial', trial.link[verb](1000))
  expect([trial.types, trial.clock.armed]).toEqual([['connecting'], 0])
  await router.idle()
})

test('a worker that closes when it hears of the try is not connected at all', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const push = trial.events.push.bind(trial.events)
  trial.events.push = (event) => {
    push(event)
    if (event.type === 'connecting') void trial.link.close()
  }
  trial.link.start()
  await trial.link.close()
  expect([trial.link.state, trial.types, trial.clock.armed]).toEqual(['closed', ['connecting'], 0])
})

test('closing before the router has answered hello says goodbye to it', async () => {
  await using router = await FakeRouter.open({ hello: () => {} })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const worker = await router.connected()
  await worker.next('hello')
  await within('the close', trial.link.close())
  expect(await worker.closed).toEqual({ code: 1000, reason: '' })
  expect(trial.types).toEqual(['connecting'])
})

test('a link that was never started closes', async () => {
  await using trial = new LinkOnTrial('ws://localhost:1')
  await trial.link.close()
  expect([trial.link.state, trial.types]).toEqual(['closed', []])
})

test('a link is disposed by closing it', async () => {
  await using router = await FakeRouter.open()
  const trial = new LinkOnTrial(router.url)
  await trial.up()
  await trial.link[Symbol.asyncDispose]()
  expect(await (await router.connected()).closed).toEqual({ code: 1000, reason: '' })
})

/** Resolves when the limit of the goodbye is running, next to the heartbeat's two timers. */
async function whenArmed(trial: LinkOnTrial): Promise<void> {
  for (let turn = 0; turn < 1_000 && trial.clock.armed < 3; turn++) await new Promise(setImmediate)
  expect(trial.clock.armed).toBe(3)
}
