import { expect, test, vi } from 'vitest'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

test('a router that goes silent without closing is given up after three intervals and dialled again', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.goSilent()
  trial.clock.advance(29_999)
  expect([trial.link.state, connection.send({ type: 'token', job_id: 'j', token: 'into the dark' })]).toEqual([
    'open',
    true,
  ])
  trial.clock.advance(1)
  expect((await trial.next('down')).loss).toEqual({
    kind: 'silent',
    reason: 'nothing was heard from the router for 30.0s',
    connection,
    retryInMs: 500,
  })
  trial.clock.advance(500)
  await trial.next('up')
  expect(trial.link.state).toBe('open')
})

test('answers to heartbeats keep the connection and its age low', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  expect(trial.link.heartbeatAckAgeMs).toBeUndefined()
  await trial.up()
  const worker = await router.connected()
  for (let beat = 0; beat < 12; beat++) {
    trial.clock.advance(10_000)
    await worker.next('heartbeat')
    // What the router sends is read in order: once the ping is answered, so was the heartbeat before it.
    await worker.ping()
    expect(trial.link.heartbeatAckAgeMs).toBe(0)
  }
  trial.clock.advance(4_000)
  expect([trial.link.heartbeatAckAgeMs, trial.link.state]).toEqual([4_000, 'open'])
  await trial.link.close()
  expect(trial.link.heartbeatAckAgeMs).toBeUndefined()
})

type Speech = (worker: Awaited<ReturnType<FakeRouter['connected']>>) => void

/** Resolves when the link has heard what is said. */
async function heard(trial: LinkOnTrial, speak: () => void): Promise<void> {
  const now = vi.spyOn(trial.clock, 'now')
  speak()
  await vi.waitFor(() => expect(now, 'a sign of life noted with its time').toHaveBeenCalled(), { interval: 1 })
  now.mockRestore()
}

test.each<[string, Speech]>([
  ['a message', (worker) => worker.send({ type: 'cancel', job_id: 'none' })],
  ['a message of an unknown type', (worker) => worker.send({ type: 'news' })],
  ['a text that is no message', (worker) => worker.sendText('{"type":')],
  ['a ping', (worker) => void worker.ping()],
  ['a pong', (worker) => worker.pong()],
])('%s is a sign of life, even where heartbeats are not answered', async (_what, speak) => {
  await using router = await FakeRouter.open({ heartbeat: () => {} })
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  await worker.ping()
  for (let i = 0; i < 4; i++) {
    trial.clock.advance(29_000)
    await heard(trial, () => speak(worker))
  }
  expect([trial.link.state, trial.link.heartbeatAckAgeMs]).toEqual(['open', 4 * 29_000])
})

test('a job that takes minutes to arrive does not look like silence', async () => {
  await using router = await FakeRouter.open({ heartbeat: () => {} })
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  await worker.ping()
  const pieces = ['{"type":"job",', '"job_id":"slow",', '"messages":[', ']}']
  await heard(trial, () => worker.sendHead(pieces.join('').length))
  for (const piece of pieces) {
    trial.clock.advance(29_000)
    await heard(trial, () => worker.sendBytes(piece))
  }
  expect((await trial.next('message')).message).toMatchObject({ type: 'job', job_id: 'slow' })
})

test('a router that pings is answered', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  await (await router.connected()).ping()
})
