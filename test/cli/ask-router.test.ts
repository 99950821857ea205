import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, askRouter } from '../../src/cli/dev/ask-router.ts'
import { bannerFrom } from '../../src/cli/dev/banner.ts'
import { eventData } from '../../src/cli/dev/server-sent-events.ts'

/** Asks a router that answers with `answer`, and tells what it was asked. */
async function ask(answer: (request: IncomingMessage, response: ServerResponse) => void, signal?: AbortSignal) {
  const received: { headers?: unknown; body?: unknown } = {}
  const server = createServer(async (request, response) => {
    received.headers = request.headers
    received.body = JSON.parse(await text(request))
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pieces: string[] = []
  const question = {
    httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callerKey: 'rtr_test',
    prompt: 'Hello',
    model: 'sonnet',
  }
  try {
    const result: Answer = await askRouter(
      question,
      (piece) => pieces.push(piece),
      signal ?? new AbortController().signal,
    )
    return { result, pieces, received }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function stream(...events: unknown[]) {
  return (_: IncomingMessage, response: ServerResponse) => {
    response.setHeader('content-type', 'text/event-stream')
    for (const event of events) response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
    response.end()
  }
}

const delta = (content: string) => ({ choices: [{ delta: { content } }] })

describe('a question to a router', () => {
  it('is an ordinary streaming request, and its answer is handed on piece by piece', async () => {
    const end = { choices: [{ delta: {}, finish_reason: 'stop' }] }
    const usage = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }
    const { result, pieces, received } = await ask(stream(delta('Good '), delta('day'), end, usage, '[DONE]'))
    expect(pieces).toEqual(['Good ', 'day'])
    expect(result).toEqual({ text: 'Good day', finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 2 } })
    expect(received.headers).toMatchObject({ authorization: 'Bearer rtr_test' })
    expect(received.body).toEqual({
      model: 'sonnet',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    })
  })

  it('fails with the sentence of an error in the stream', async () => {
    const answer = stream(delta('Half'), { error: { message: 'the model is busy' } })
    await expect(ask(answer)).rejects.toMatchObject({ message: 'The request failed: the model is busy', exitCode: 3 })
  })

  it.each([
    ['{"error":{"message":"wrong key"}}', 'The request failed: wrong key'],
    ['no JSON', 'The request failed: HTTP 401'],
  ])('fails with the sentence of a refusal: %s', async (body, message) => {
    await expect(ask((_, response) => void response.writeHead(401).end(body))).rejects.toMatchObject({ message })
  })

  it('ends when it is aborted', async () => {
    const stop = new AbortController()
    await expect(ask(() => stop.abort(new Error('stopped')), stop.signal)).rejects.toThrow('abort')
  })
})

it('events are read however the stream is cut', async () => {
  const events = ['{"a":"ü😀"}', '[DONE]', 'x']
  const bytes = new TextEncoder().encode(`: comment\n${events.map((event) => `data: ${event}\n\n`).join('')}`)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const chunks = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge))
      async function* pieces() {
        yield* chunks
      }
      const read: string[] = []
      for await (const data of eventData(pieces())) read.push(data)
      expect(read).toEqual(events)
    }),
  )
})

it('the curl line survives quotes in the name of the model', () => {
  const banner = bannerFrom({
    httpUrl: 'http://127.0.0.1:1',
    callerKey: 'rtr_test',
    workerUrl: 'ws://127.0.0.1:1/ws',
    workerKey: 'adm_test',
    model: "o'model",
    answeredBy: 'the echo model',
  })
  expect(banner).toContain(`-d '{"model":"o'\\''model","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`)
})
