import { expect, test } from 'vitest'
import type { LinkHandlers } from '../../../src/worker/link/link-handlers.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

const unheard: LinkHandlers = {
  connecting: () => {},
  up: () => {},
  message: () => {},
  unreadable: () => {},
  down: () => {},
  refused: () => {},
  warning: () => {},
}

test('a dropped connection is dialled again, and each job belongs to its own connection', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const first = await trial.up()
  ;(await router.connected()).drop()
  expect((await trial.next('down')).loss).toEqual({
    kind: 'dropped',
    reason: 'the connection was dropped',
    connection: first,
    retryInMs: 500,
  })
  trial.clock.advance(500)
  const second = (await trial.next('up')).welcome.connection
  const worker = await router.connected()
  worker.send({ type: 'job', job_id: 'new' })
  expect((await trial.next('message')).connection).toBe(second)

  expect(first.send({ type: 'token', job_id: 'old', token: 'x' })).toBe(false)
  expect(second.send({ type: 'token', job_id: 'new', token: 'y' })).toBe(true)
  await trial.link.close()
  await worker.closed
  expect(worker.received.all.slice(2)).toEqual([{ type: 'token', job_id: 'new', token: 'y' }])
  expect([first.id, second.id]).toEqual([1, 2])
})

test('the tries are counted since the last connection', async () => {
  const refuseTwice = [false, false, true, false]
  await using router = await FakeRouter.open({
    hello: (worker) => worker.accept({ success: refuseTwice.shift() ?? true }),
  })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  for (let i = 0; i < 2; i++) {
    await trial.next('down')
    trial.clock.advance(30_000)
  }
  await trial.next('up')
  for (const worker of router.connections) worker.drop()
  await trial.next('down')
  trial.clock.advance(30_000)
  await trial.next('down')
  const tries = trial.events.all.filter((event) => event.type === 'connecting')
  expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1])
})

test('the waits grow while connections do not hold, and begin anew after one that held for a minute', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const waits: (number | undefined)[] = []
  for (const heldMs of [0, 0, 59_000, 60_000, 0]) {
    const connection = (await trial.next('up')).welcome.connection
    const worker = await router.connected()
    for (let passed = 0; passed < heldMs; passed += 1_000) {
      trial.clock.advance(1_000)
      await worker.ping()
    }
    expect(connection.isOpen).toBe(true)
    worker.drop()
    const { loss } = await trial.next('down')
    waits.push(loss.retryInMs)
    trial.clock.advance(loss.retryInMs ?? 0)
  }
  expect(waits).toEqual([500, 1_000, 2_000, 500, 1_000])
})

test('a connection that ends in the middle of a frame is lost, and nothing of the frame is heard', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  ;(await router.connected()).breakOffInFrame(4096)
  expect((await trial.next('down')).loss).toMatchObject({ kind: 'dropped', connection })
  expect(trial.types).toEqual(['connecting', 'up', 'down'])
})

test('a router that closes is dialled again, with its reason told', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  ;(await router.connected()).close(1001, 'restarting')
  expect((await trial.next('down')).loss).toMatchObject({
    kind: 'closed',
    reason: 'the router closed the connection (1001: restarting)',
  })
})

test('a router that restarts finds its worker again', async () => {
  const before = await FakeRouter.open()
  const { port, url } = before
  await using trial = new LinkOnTrial(url)
  await trial.up()
  await before[Symbol.asyncDispose]()
  await trial.next('down')
  trial.clock.advance(500)
  expect((await trial.next('down')).loss).toMatchObject({
    kind: 'unreachable',
    reason: `nothing listens at 127.0.0.1:${port} (connection refused)`,
    hint: 'Is the router running? Check AUXOT_ROUTER_URL.',
    retryInMs: 1_000,
  })
  await using _after = await FakeRouter.open({}, port)
  trial.clock.advance(1_000)
  await trial.next('up')
})

test('a router that cannot be reached is tried for ever, and said in the log only now and then', async () => {
  const gone = await FakeRouter.open()
  const { url } = gone
  await gone[Symbol.asyncDispose]()
  await using trial = new LinkOnTrial(url)
  trial.link.start()
  for (let i = 0; i < 50; i++) {
    const { loss } = await trial.next('down')
    trial.clock.advance(loss.retryInMs ?? Number.NaN)
  }
  // 50 tries with 15 s between most of them are twelve minutes: the first failure and two reminders.
  expect(trial.said('warn')).toHaveLength(3)
  expect(trial.said('warn')[0]).toMatch(
    /^no connection to the router: nothing listens at .+; next try in 500ms\. Is the/,
  )
  expect(trial.said('warn')[2]).toMatch(/\(\d\d times so far\)/)
})

test('a frame of 256 MB is not too large', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  ;(await router.connected()).breakOffInFrame(256 * 1024 * 1024)
  expect((await trial.next('down')).loss.reason).toBe('the connection was dropped')
})

test('a frame larger than 256 MB ends the connection, not the worker', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  // The head of a text frame that announces 256 MB and one byte.
  ;(await router.connected()).sendHead(256 * 1024 * 1024 + 1)
  expect((await trial.next('down')).loss).toMatchObject({
    kind: 'dropped',
    reason: 'the connection was dropped (WS_ERR_UNSUPPORTED_MESSAGE_LENGTH)',
  })
})

test('a handler that fails is logged and costs neither the connection nor the next message', async () => {
  await using router = await FakeRouter.open()
  const seen: string[] = []
  await using trial = new LinkOnTrial(router.url, {
    handlers: {
      ...unheard,
      message: (message) => {
        seen.push(message.type)
        throw new Error('a bug')
      },
    },
  })
  trial.link.start()
  const worker = await router.connected()
  await worker.next('config')
  worker.send({ type: 'cancel', job_id: '1' })
  worker.send({ type: 'cancel', job_id: '2' })
  await worker.ping()
  expect([seen, trial.said('error'), trial.link.state]).toEqual([
    ['cancel', 'cancel'],
    Array(2).fill('a handler of the link to the router failed'),
    'open',
  ])
})
