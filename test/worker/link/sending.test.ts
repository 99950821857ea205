import { expect, test } from 'vitest'
import type { RouterConnection } from '../../../src/worker/link/link-handlers.ts'
import { within } from '../../support/event-record.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

const megabyte = 1024 * 1024

/** An answer that does not look the same anywhere, with characters of several bytes. */
function answerOf(bytes: number): string {
  const lines: string[] = []
  for (let length = 0; length < bytes; length += 16) lines.push(`${String(lines.length).padStart(13, '·')}\n`)
  return lines.join('').slice(0, bytes)
}

/** Sends until the network takes no more. */
async function fill(connection: RouterConnection): Promise<void> {
  const token = 'x'.repeat(64 * 1024)
  for (let i = 0; i < 1_000; i++) {
    connection.send({ type: 'token', job_id: 'j', token })
    await new Promise(setImmediate)
    if (connection.bufferedAmount > 4 * megabyte) return
  }
  throw new Error('the network takes everything')
}

test('messages arrive whole and in the order they were sent, long ones and short ones', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  const lengths = [10, 3 * megabyte, 20, 0, 256 * 1024, 256 * 1024 + 1, 512 * 1024, 30]
  const messages = lengths.map((length, i) => ({ type: 'token' as const, job_id: `${i}`, token: answerOf(length) }))
  for (const message of messages) connection.send(message)
  trial.clock.advance(10_000)
  connection.send({ type: 'complete', job_id: 'last', full_response: '' })
  await worker.next('complete')
  const after = worker.received.all.slice(2)
  expect(after.map(({ type }) => type)).toEqual([...Array(8).fill('token'), 'heartbeat', 'complete'])
  expect(after.slice(0, 8).every((message, i) => JSON.stringify(message) === JSON.stringify(messages[i]))).toBe(true)
})

test('a sender that waits for the router keeps little in memory', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  const token = 'x'.repeat(64 * 1024)
  let most = 0
  for (let sent = 0; sent < 50 * megabyte; sent += token.length) {
    connection.send({ type: 'token', job_id: 'j', token })
    most = Math.max(most, connection.bufferedAmount)
    await within('room for the next token', connection.drained())
  }
  connection.send({ type: 'complete', job_id: 'j', full_response: '' })
  await worker.next('complete')
  expect(most).toBeLessThan(megabyte)
})

test('waiting for a router that does not read ends when it reads on', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  worker.stopReading()
  await fill(connection)
  let isDrained = false
  const drained = connection.drained().then(() => {
    isDrained = true
  })
  await new Promise(setImmediate)
  expect(isDrained).toBe(false)
  worker.readOn()
  await within('the buffer being drained', drained)
  expect(connection.bufferedAmount).toBeLessThanOrEqual(256 * 1024)
})

test('waiting ends with the reason of its signal', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  ;(await router.connected()).stopReading()
  await fill(connection)
  const controller = new AbortController()
  const drained = connection.drained(controller.signal)
  const reason = new Error('cancelled')
  controller.abort(reason)
  await expect(drained).rejects.toBe(reason)
  await expect(connection.drained(AbortSignal.abort(reason))).rejects.toBe(reason)
})

test('waiting ends when the connection is lost', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  worker.stopReading()
  await fill(connection)
  const drained = connection.drained()
  worker.drop()
  await trial.next('down')
  await within('the end of the wait', drained)
})

test('a router that takes a long answer slowly is alive, one that takes nothing is not', async () => {
  await using router = await FakeRouter.open({ heartbeat: () => {} })
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  await worker.next('config')
  worker.stopReading()
  connection.send({ type: 'complete', job_id: 'j', full_response: answerOf(40 * megabyte) })
  let left = await whenSteady(connection)
  let intervals = 0
  while (left > 20 * megabyte) {
    // Each time less than three intervals pass between two pieces that are taken.
    trial.clock.advance(29_000)
    intervals += 1
    worker.readOn()
    await less(connection, left)
    worker.stopReading()
    left = await whenSteady(connection)
  }
  expect([trial.link.state, intervals >= 2]).toEqual(['open', true])
  trial.clock.advance(30_000)
  expect((await trial.next('down')).loss.kind).toBe('silent')
})

/** What is left to write once the network takes no more. */
async function whenSteady(connection: RouterConnection): Promise<number> {
  for (let last = -1; ; ) {
    const now = connection.bufferedAmount
    if (now === last) return now
    last = now
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  }
}

/** Resolves when less is left to write. */
async function less(connection: RouterConnection, than: number): Promise<void> {
  const deadline = Date.now() + 10_000
  while (connection.bufferedAmount >= than) {
    if (Date.now() > deadline) throw new Error('the router took nothing within 10 s')
    await new Promise(setImmediate)
  }
}
