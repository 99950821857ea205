import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { type FakeWorker, joinRouter } from '../support/fake-worker.ts'

let router: DevRouter
let worker: FakeWorker

beforeEach(async () => {
  router = await startDevRouter({ dialect: 'public' })
  worker = await joinRouter(router)
})

afterEach(async () => {
  await worker[Symbol.asyncDispose]()
  await router[Symbol.asyncDispose]()
})

/** Asks for a stream over plain HTTP. */
function ask(path: string): Promise<Response> {
  const body = { model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'Hi' }] }
  return fetch(router.httpUrl + path, {
    method: 'POST',
    headers: { 'x-api-key': router.callerKey },
    body: JSON.stringify(body),
  })
}

/** The `data` of each event of a finished stream. */
function dataOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []))
}

const readers = {
  '/api/openai/chat/completions': (data: string[]) =>
    data
      .filter((each) => each !== '[DONE]')
      .map((each) => JSON.parse(each).choices[0].delta.content ?? '')
      .join(''),
  '/api/anthropic/v1/messages': (data: string[]) => data.map((each) => JSON.parse(each).delta?.text ?? '').join(''),
}

describe.each(Object.entries(readers))('a stream of %s', (path, textOf) => {
  it('brings any text as it was, whatever it is cut into', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (tokens) => {
        const response = await ask(path)
        worker.answer((await worker.next('job')).job_id, tokens)
        expect(textOf(dataOf(await response.text()))).toBe(tokens.join(''))
      }),
      { numRuns: 40, examples: [[['\n\n', 'data: x\n\n', '\r', '\u2028', '\ud83d', '\ude00', '']]] },
    )
  })

  it('waits for a caller that reads slowly, and loses nothing', async () => {
    const response = await ask(path)
    const { job_id } = await worker.next('job')
    const tokens = Array.from({ length: 4_000 }, (_, index) => String(index).padStart(8, '0').repeat(512))
    worker.answer(job_id, tokens)
    // Everything has come in before the caller reads its first byte.
    await router.next('complete')
    expect(textOf(dataOf(await response.text()))).toBe(tokens.join(''))
  })

  it('ends when its caller leaves in the middle', async () => {
    const response = await ask(path)
    const { job_id } = await worker.next('job')
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    worker.answer(
      job_id,
      Array.from({ length: 2_000 }, () => 'x'.repeat(4_096)),
    )
    await router.until(({ workers }) => workers[0]?.running.length === 0, 'the job to end')
    expect(router.complaints).toEqual([])
  })
})
