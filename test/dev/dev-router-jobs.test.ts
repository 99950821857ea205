import { describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { joinRouter } from '../support/fake-worker.ts'

describe('a job over real sockets', () => {
  it('reaches its submitter message by message while it runs', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const handle = router.submit({ messages: [{ role: 'user', content: 'Hi' }] })
    const messages = handle.messages[Symbol.asyncIterator]()
    const { job_id } = await worker.next('job')
    worker.send({ type: 'token', job_id, token: 'Hel' })
    expect(await messages.next()).toMatchObject({ value: { type: 'token', token: 'Hel' } })
    worker.send({ type: 'complete', job_id, full_response: 'Hello' })
    expect(await messages.next()).toMatchObject({ value: { type: 'complete' } })
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    expect(await handle.done).toMatchObject({ kind: 'complete', message: { full_response: 'Hello' } })
    expect(router.complaints).toEqual([])
  })

  it('may come before the worker’s config was answered', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    router.submit({ messages: [], job_id: 'early' })
    await using worker = await joinRouter(router)
    expect(worker.frames.map((frame) => JSON.parse(frame).type)).toEqual(['hello_ack', 'job', 'config_ack'])
  })

  it.each(['drop', 'close'] as const)('goes to another worker when its own is lost (%s)', async (way) => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using lost = await joinRouter(router)
    const handle = router.submit({ messages: [] })
    await using other = await joinRouter(router)
    lost.send({ type: 'token', job_id: handle.jobId, token: 'Half ' })
    await router.next('token')
    lost[way]()
    const { job_id } = await other.next('job')
    other.answer(job_id, ['Whole'])
    expect(await handle.done).toMatchObject({ message: { full_response: 'Whole' } })
    expect(handle.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
  })

  it('waits for the next worker when there is none', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    const handle = router.submit({ messages: [] })
    expect(router.waiting).toEqual([handle.jobId])
    await using worker = await joinRouter(router)
    expect(await worker.next('job')).toMatchObject({ job_id: handle.jobId })
    expect(router.workers).toMatchObject([{ running: [handle.jobId] }])
  })

  it('survives a frame of 20 MB and an answer of 20 MB', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const content = 'ä'.repeat(10_000_000)
    const handle = router.submit({ messages: [{ role: 'user', content }] })
    const job = await worker.next('job')
    expect(job.messages[0]?.content).toHaveLength(content.length)
    worker.answer(job.job_id, [content])
    const end = await handle.done
    expect(end.kind === 'complete' && end.message.full_response.length).toBe(content.length)
  })
})

describe('a coordinator', () => {
  it('cancels a job', async () => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const handle = router.submit({ messages: [] })
    const { job_id } = await worker.next('job')
    worker.send({ type: 'token', job_id, token: 'Half' })
    await router.next('token')
    router.cancel(job_id)
    expect(await worker.next('cancel')).toEqual({ type: 'cancel', job_id })
    worker.send({ type: 'complete', job_id, full_response: 'Half' })
    expect(await handle.done).toMatchObject({ kind: 'cancelled', message: { full_response: 'Half' } })
  })

  it('tells every worker its new policy, and those that come later', async () => {
    await using router = await startDevRouter({ dialect: 'coordinator' })
    await using worker = await joinRouter(router)
    const policy = { model_name: 'opus', builtin_tools: ['Read'] }
    router.updatePolicy(policy)
    expect(await worker.next('policy_update')).toMatchObject({ policy })
    await using late = await joinRouter(router)
    expect(JSON.parse(late.frames[0] ?? '')).toMatchObject({ type: 'hello_ack', policy })
  })

  it('answers live tool calls', async () => {
    await using router = await startDevRouter({
      dialect: 'coordinator',
      onToolCall: ({ tool_name }) => ({
        result: `${tool_name} ran`,
        image_parts: [{ mime_type: 'image/png', data: 'AA' }],
      }),
    })
    await using worker = await joinRouter(router)
    router.submit({ messages: [] })
    const { job_id } = await worker.next('job')
    worker.send({ type: 'job.tool.call.request', job_id, call_id: 'c1', tool_name: 'look', arguments: '{}' })
    expect(await worker.next('job.tool.call.result')).toEqual({
      type: 'job.tool.call.result',
      job_id,
      call_id: 'c1',
      result: 'look ran',
      image_parts: [{ mime_type: 'image/png', data: 'AA' }],
    })
  })
})

describe('a public router', () => {
  it('can neither cancel nor change its policy', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    expect(() => router.cancel('a')).toThrow('the public router never sends "cancel"')
    expect(() => router.updatePolicy({})).toThrow('the public router never sends "policy_update"')
  })

  it('answers no live tool call and heeds no overload, but goes on', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const handle = router.submit({ messages: [] })
    const { job_id } = await worker.next('job')
    worker.send({ type: 'job.tool.call.request', job_id, call_id: 'c1', tool_name: 'look', arguments: '{}' })
    worker.send({ type: 'job.overload', job_id })
    worker.send({ type: 'builtin_tool', job_id, id: 'b', name: 'Bash', arguments: '{}', result: '' })
    worker.answer(job_id, ['ok'])
    expect((await handle.done).kind).toBe('complete')
    expect(worker.frames.map((frame) => JSON.parse(frame).type)).toEqual(['hello_ack', 'config_ack', 'job'])
    expect(router.complaints.map(({ problem }) => problem)).toEqual([
      '"job.tool.call.request" is not answered',
      '"job.overload" is ignored',
    ])
  })
})
