import { expect, test } from 'vitest'
import { FakeRouter } from '../../support/fake-router.ts'
import { claudePolicy } from '../../support/fake-router-connection.ts'
import { capabilities, LinkOnTrial, workerKey } from './link-on-trial.ts'

const acceptedPolicy = { ...claudePolicy }

test('says hello, hears the policy, sends its configuration and is open', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  expect(worker.received.all).toEqual([
    {
      type: 'hello',
      gpu_key: workerKey.reveal(),
      capabilities: { backend: 'claude', model: 'sonnet', ctx_size: 200_000, total_slots: 1 },
    },
    { type: 'config', capabilities: { ...capabilities, model_capabilities: ['chat', 'vision'] } },
  ])
  expect(trial.events.all).toEqual([
    { type: 'connecting', attempt: 1 },
    { type: 'up', welcome: { workerId: 'worker-1', policy: acceptedPolicy, connection } },
  ])
  expect([trial.link.state, trial.link.connection, connection.isOpen, connection.helloAckAt]).toEqual([
    'open',
    connection,
    true,
    trial.clock.now(),
  ])
  expect(router.upgrades.map(({ path }) => path)).toEqual(['/ws'])
})

test('opens one connection only', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  trial.clock.advance(25_000)
  await trial.link.close()
  expect(router.connections).toHaveLength(1)
})

test('asks for no compression: it would cost more time than it saves', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  expect(router.upgrades[0]?.headers).not.toHaveProperty('sec-websocket-extensions')
})

test('walks its states in order and says each in the log', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  expect(trial.link.state).toBe('new')
  await trial.up()
  await trial.link.close()
  const moves = trial.logged.filter(({ message }) => message === 'state of the link to the router')
  expect(moves.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
    { level: 'debug', from: 'new', to: 'connecting' },
    { level: 'debug', from: 'connecting', to: 'handshaking' },
    { level: 'debug', from: 'handshaking', to: 'open' },
    { level: 'debug', from: 'open', to: 'closed' },
  ])
})

test('a router that sends no policy leaves everything to the worker', async () => {
  await using router = await FakeRouter.open({ hello: (worker) => worker.accept({ policy: null, gpu_id: undefined }) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { welcome } = await trial.next('up')
  expect([welcome.workerId, welcome.policy]).toEqual([
    '',
    { worker_type: '', cli_type: '', builtin_tools: [], model_name: '', capabilities: [] },
  ])
})

test('a job that comes between hello_ack and config_ack is delivered', async () => {
  await using router = await FakeRouter.open({ config: (worker) => worker.send({ type: 'job', job_id: 'early' }) })
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const { message, connection: of } = await trial.next('message')
  expect([message.type, 'job_id' in message && message.job_id, of]).toEqual(['job', 'early', connection])
})

test('a job that comes before hello_ack is delivered after the connection is up', async () => {
  const hello = (worker: { send(message: object): void; accept(): void }) => {
    worker.send({ type: 'job', job_id: 'very-early' })
    worker.send({ type: 'job', job_id: 7 })
    worker.send({ type: 'job', job_id: 'broken', messages: 'none' })
    worker.accept()
  }
  await using router = await FakeRouter.open({ hello })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await trial.next('unreadable')
  expect(trial.types).toEqual(['connecting', 'up', 'message', 'unreadable'])
})

test('no answer to hello within 30 s is a failed try', async () => {
  await using router = await FakeRouter.open({ hello: () => {} })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await (await router.connected()).next('hello')
  trial.clock.advance(29_999)
  expect(trial.link.state).toBe('handshaking')
  trial.clock.advance(1)
  expect((await trial.next('down')).loss).toEqual({
    kind: 'no-answer',
    reason: 'the router did not answer hello within 30.0s',
    connection: undefined,
    retryInMs: 500,
  })
  await router.idle()
})

test('a port that takes the connection and says nothing is a failed try after 30 s', async () => {
  await using router = await FakeRouter.open({ mute: true })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await router.touched()
  trial.clock.advance(30_000)
  expect((await trial.next('down')).loss.reason).toBe('no connection was made within 30.0s')
  await router.idle()
})

test.each([
  [
    'an error message',
    { type: 'error', error: 'no capacity', details: 'all slots taken' },
    'no capacity: all slots taken',
  ],
  ['an error message without words', { type: 'error' }, 'without giving a reason'],
  ['hello_ack', { type: 'hello_ack', success: false, error: 'internal error' }, 'internal error'],
])('a refusal for now, by %s, is tried again', async (_by, answer, said) => {
  await using router = await FakeRouter.open({ hello: (worker) => worker.send(answer) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  expect((await trial.next('down')).loss).toMatchObject({ kind: 'rejected', reason: `the router said no: ${said}` })
  expect(trial.link.state).toBe('waiting')
  trial.clock.advance(500)
  await trial.next('connecting')
  expect(await trial.next('connecting')).toEqual({ type: 'connecting', attempt: 2 })
})

test('reconnectInSeconds is the delay of the next try', async () => {
  const answer = { type: 'hello_ack', success: false, error: 'no capacity', reconnectInSeconds: 45 }
  await using router = await FakeRouter.open({ hello: (worker) => worker.send(answer) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  expect((await trial.next('down')).loss.retryInMs).toBe(45_000)
  trial.clock.advance(44_999)
  expect(trial.link.state).toBe('waiting')
  trial.clock.advance(1)
  expect(trial.link.state).toBe('connecting')
})

test('a router that asks for no delay is not hammered', async () => {
  const answer = { type: 'hello_ack', success: false, error: 'no capacity', reconnectInSeconds: 0 }
  await using router = await FakeRouter.open({ hello: (worker) => worker.send(answer) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  expect((await trial.next('down')).loss.retryInMs).toBe(500)
})

test('a hello_ack that cannot be read is a failed try at once', async () => {
  await using router = await FakeRouter.open({ hello: (worker) => worker.accept({ policy: 'claude' }) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { reason } = (await trial.next('down')).loss
  expect(reason).toMatch(/^the router's hello_ack could not be read \(policy: .+\)$/)
})

test('a configuration that the router refuses is warned about, and the worker stays', async () => {
  const config = (worker: { send(message: object): void }) =>
    worker.send({ type: 'config_ack', success: false, error: 'too many slots' })
  await using router = await FakeRouter.open({ config })
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  expect(await trial.next('warning')).toEqual({
    type: 'warning',
    code: 'CONFIG_REFUSED',
    message: "The router did not accept this worker's configuration: too many slots",
  })
  expect(trial.link.state).toBe('open')
})

test('a configuration that the router never acknowledges is warned about once, and the worker stays', async () => {
  await using router = await FakeRouter.open({ config: () => {} })
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  for (let beat = 0; beat < 3; beat++) {
    trial.clock.advance(10_000)
    await worker.next('heartbeat')
    await worker.ping()
  }
  expect(await trial.next('warning')).toMatchObject({ code: 'CONFIG_UNANSWERED' })
  expect([trial.link.state, trial.types]).toEqual(['open', ['connecting', 'up', 'warning']])
})

test('new capabilities are sent at once, with the abilities of the latest policy', async () => {
  let slots = 4
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url, { capabilities: () => ({ ...capabilities, total_slots: slots }) })
  await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.send({ type: 'policy_update', policy: { ...claudePolicy, capabilities: ['chat'] } })
  expect((await trial.next('message')).message.type).toBe('policy_update')
  slots = 2
  trial.link.updateCapabilities()
  expect((await worker.next('config')).capabilities).toEqual({
    ...capabilities,
    total_slots: 2,
    model_capabilities: ['chat'],
  })
})

test('new capabilities without a connection are carried by the next hello', async () => {
  let slots = 4
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url, { capabilities: () => ({ ...capabilities, total_slots: slots }) })
  slots = 3
  trial.link.updateCapabilities()
  await trial.up()
  expect((await (await router.connected()).next('hello')).capabilities.total_slots).toBe(3)
})
