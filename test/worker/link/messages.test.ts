import { expect, test } from 'vitest'
import { jobSchema } from '../../../src/protocol/job.ts'
import { FakeRouter } from '../../support/fake-router.ts'
import { LinkOnTrial } from './link-on-trial.ts'

test('everything that concerns the worker is passed on whole and in order, the rest is not', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  const job = { type: 'job', job_id: '1', messages: [{ role: 'user', content: 'hi' }], tools: null, future: true }
  worker.send(job)
  worker.send({ type: 'heartbeat_ack' })
  worker.send({ type: 'config_ack', success: true })
  worker.accept()
  worker.send({ type: 'job.tool.call.result', job_id: '1', call_id: 'c', result: 'r' })
  worker.send({ type: 'cancel', job_id: '1' })
  await worker.ping()
  const heard = trial.events.all.filter((event) => event.type === 'message')
  expect(heard).toEqual([
    { type: 'message', connection, message: jobSchema.parse(job) },
    {
      type: 'message',
      connection,
      message: { type: 'job.tool.call.result', job_id: '1', call_id: 'c', result: 'r', image_parts: [] },
    },
    { type: 'message', connection, message: { type: 'cancel', job_id: '1' } },
  ])
})

test('a frame that cannot be read and names a job is handed over, so that the job can be refused', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  const connection = await trial.up()
  const worker = await router.connected()
  worker.send({ type: 'job', job_id: 'bad', messages: [{ role: 'narrator', content: 'secret words' }] })
  const event = await trial.next('unreadable')
  expect([event.frame.type, event.frame.jobId, event.connection]).toEqual(['job', 'bad', connection])
  expect(event.frame.problem).toMatch(/^messages\.0\.role: /)
  expect(JSON.stringify([event.frame, trial.logged])).not.toContain('secret words')
})

test('frames that are no message, or of an unknown type, are noted and the connection stays', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const worker = await router.connected()
  for (const text of ['', 'null', '[]', '{"type":', '{"job_id":"1"}', '"job"']) worker.sendText(text)
  for (const type of ['news', 'weather', 'news', 'news']) worker.send({ type, payload: 'secret words' })
  worker.sendBinary(Buffer.from([0xff, 0xfe, 0x00]))
  worker.send({ type: 'cancel', job_id: 'last' })
  expect((await trial.next('message')).message).toEqual({ type: 'cancel', job_id: 'last' })
  expect(trial.said('warn')).toEqual(Array(7).fill('the router sent a frame that cannot be read; going on'))
  const unknown = trial.logged.filter(({ level }) => level === 'info')
  expect(unknown.map(({ fields }) => fields)).toEqual([{ type: 'news' }, { type: 'weather' }])
  expect(JSON.stringify(trial.logged)).not.toContain('secret words')
})

test('a job of 40 MB comes through whole', async () => {
  await using router = await FakeRouter.open()
  await using trial = new LinkOnTrial(router.url)
  await trial.up()
  const content = 'ä'.repeat(20 * 1024 * 1024)
  ;(await router.connected()).send({ type: 'job', job_id: 'big', messages: [{ role: 'user', content }] })
  const { message } = await trial.next('message')
  expect(message.type === 'job' && message.messages[0]?.content === content).toBe(true)
})
