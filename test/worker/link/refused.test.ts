import { expect, test } from 'vitest'
import { UsageError } from '../../../src/shared/errors.ts'
import { KeyRefusedError } from '../../../src/worker/link/refusal.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import type { FakeRouterConnection } from '../../support/fake-router-connection.ts'
import { claudePolicy } from '../../support/fake-router-connection.ts'
import { LinkOnTrial, workerKey } from './link-on-trial.ts'

const refusals: [string, (worker: FakeRouterConnection) => void, string][] = [
  [
    'an error message and a dropped connection',
    (worker) => {
      worker.send({ type: 'error', error: 'invalid GPU key', details: `no worker has ${workerKey.reveal()}` })
      worker.drop()
    },
    'invalid GPU key: no worker has adm_0123…mnop',
  ],
  [
    'hello_ack',
    (worker) => worker.send({ type: 'hello_ack', success: false, error: 'Unauthorized', reconnectInSeconds: 5 }),
    'Unauthorized',
  ],
  ['the words of the close frame', (worker) => worker.close(1008, 'key revoked'), 'key revoked'],
]

test.each(refusals)('a key that is refused by %s is final', async (_by, hello, said) => {
  await using router = await FakeRouter.open({ hello })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { error } = await trial.next('refused')
  expect(error).toBeInstanceOf(KeyRefusedError)
  expect([error.exitCode, error.code, error.message]).toEqual([
    4,
    'AUTH_REFUSED',
    `The router refused the worker key adm_0123…mnop (source: AUXOT_GPU_KEY): ${said}.`,
  ])
  await router.idle()
  expect(JSON.stringify([trial.logged, error.message, error])).not.toContain(workerKey.reveal())
  trial.clock.advance(3_600_000)
  expect([trial.link.state, trial.types, router.upgrades.length]).toEqual(['away', ['connecting', 'refused'], 1])
})

test.each([401, 403])('an upgrade that is answered %i is final', async (status) => {
  await using router = await FakeRouter.open({ upgrade: { status } })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { error } = await trial.next('refused')
  expect([error.exitCode, error.message]).toEqual([
    4,
    `The router refused the worker key adm_0123…mnop (source: AUXOT_GPU_KEY): ${router.url}/ws answered ${status}.`,
  ])
})

test.each([404, 429, 500, 502, 503, 307])('an upgrade that is answered %i is tried again', async (status) => {
  await using router = await FakeRouter.open({ upgrade: { status } })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { loss } = await trial.next('down')
  expect(loss.kind).toBe('rejected')
  expect(loss.reason).toContain(`${router.url}/ws answered ${status}`)
  await router.idle()
})

test.each([
  [
    { worker_type: 'gpu' },
    'The router accepted the worker key (source: AUXOT_GPU_KEY), but this key belongs to a GPU provider, not to CLI workers',
  ],
  [
    { cli_type: 'codex' },
    'The router accepted the worker key (source: AUXOT_GPU_KEY), but this key is for codex workers; auxot serves Claude Code only',
  ],
])('a policy for somebody else is final: %o', async (difference, message) => {
  const policy = { ...claudePolicy, ...difference }
  await using router = await FakeRouter.open({ hello: (worker) => worker.accept({ policy }) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  const { error } = await trial.next('refused')
  expect(error).toBeInstanceOf(UsageError)
  expect([error.exitCode, error.message]).toEqual([2, message])
  await router.idle()
  expect(trial.types).toEqual(['connecting', 'refused'])
})

test('a later policy for somebody else is passed on: the worker may have jobs to finish first', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const policy = { ...claudePolicy, worker_type: 'gpu' }
  ;(await router.connected()).send({ type: 'policy_update', policy })
  expect(await trial.next('message')).toEqual({
    type: 'message',
    message: { type: 'policy_update', policy },
    connection,
  })
  expect(trial.link.state).toBe('open')
})

test('an error message on an open connection is passed on and ends nothing, whatever its words', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  worker.send({ type: 'error', error: 'forbidden' })
  expect((await trial.next('message')).message).toEqual({ type: 'error', error: 'forbidden', details: '' })
  expect(trial.link.state).toBe('open')
})

test('words about a key at the end of an accepted connection are no refusal', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  ;(await router.connected()).close(1008, 'key revoked')
  expect((await trial.next('down')).loss).toMatchObject({
    kind: 'closed',
    reason: 'the router closed the connection (1008: key revoked)',
    retryInMs: 500,
  })
})

test('after a refusal the worker may try anew', async () => {
  const answers = [{ success: false, error: 'invalid key' }, {}]
  await using router = await FakeRouter.open({ hello: (worker) => worker.accept(answers.shift()) })
  await using trial = new LinkOnTrial(router.url)
  trial.link.start()
  await trial.next('refused')
  await trial.link.rejoin()
  await trial.next('up')
  expect(trial.types).toEqual(['connecting', 'refused', 'connecting', 'up'])
})
