import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { startDevRouter } from '../../src/dev/dev-router.ts'
import { joinRouter } from '../support/fake-worker.ts'

describe('the development router', () => {
  it('hands a job to a worker and its answer to the submitter', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    await router.ready()
    const handle = router.submit({ messages: [{ role: 'user', content: 'Hi' }] })
    const job = await worker.next('job')
    worker.answer(job.job_id, ['Hel', 'lo'])
    expect(await handle.done).toEqual({
      kind: 'complete',
      message: { type: 'complete', job_id: handle.jobId, full_response: 'Hello' },
    })
    expect(handle.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
    worker.send({ type: 'heartbeat' })
    await worker.next('heartbeat_ack')
    expect(router.complaints).toEqual([])
  })

  it('streams to the openai client', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using worker = await joinRouter(router)
    const client = new OpenAI({ baseURL: `${router.httpUrl}/api/openai`, apiKey: router.callerKey, maxRetries: 0 })
    const stream = await client.chat.completions.create({
      model: 'sonnet',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    })
    const job = await worker.next('job')
    worker.answer(job.job_id, ['Hel', 'lo'])
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('Hello')
  })
})
