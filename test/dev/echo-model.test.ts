import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { clientOf, post, question, rawEvents } from '../support/echo-client.ts'

let model: EchoModel
beforeEach(async () => {
  model = await startEchoModel()
})
afterEach(() => model[Symbol.asyncDispose]())

const said = (text: string) => ({ blocks: [{ type: 'text', text } as const] })
const textOf = async (text?: string) => {
  const { content } = await clientOf(model).messages.create(question(text))
  return content.map((block) => (block.type === 'text' ? block.text : block.type)).join('')
}

describe('the default answer', () => {
  it('echoes the last user text, word by word', async () => {
    const deltas: string[] = []
    const stream = clientOf(model).messages.stream(question('hello  there\nworld '))
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') deltas.push(event.delta.text)
    }
    expect(deltas).toEqual(['Echo:', ' hello', '  there', '\nworld', ' '])
    expect((await stream.finalMessage()).stop_reason).toBe('end_turn')
  })

  it('says the same, and counts the same, when it is not streamed', async () => {
    const streamed = await clientOf(model).messages.stream(question()).finalMessage()
    const whole = await clientOf(model).messages.create(question())
    expect({ ...whole, id: '' }).toEqual({ ...streamed, id: '', parsed_output: undefined })
    expect(whole.usage).toMatchObject({ input_tokens: 13, output_tokens: 3, cache_read_input_tokens: 0 })
  })

  it('echoes results of tools, names images, and leaves out what Claude Code adds', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AA==' } as const
    const call = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} } as const
    const added = "\n\n<system-reminder>\nToday's date is 2026-11-23.\n</system-reminder>"
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: `it is red${added}` } as const
    const messages = [
      { role: 'user', content: 'look' },
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result, { type: 'image', source }, { type: 'text', text: 'and now?' }] },
    ] as const
    const answer = await clientOf(model).messages.create({
      ...question(),
      messages: structuredClone(messages) as never,
    })
    expect(answer.content).toEqual([{ type: 'text', text: 'Echo: it is red\n[image]\nand now?' }])
  })

  it('stays short when the question is long', async () => {
    expect((await textOf('word '.repeat(5_000))).length).toBeLessThan(1_100)
  })

  it('stops at max_tokens and at stop sequences', async () => {
    const limited = await clientOf(model).messages.create(question('one two three', { max_tokens: 2 }))
    expect(limited).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'Echo: one' }] })
    const stopped = await clientOf(model).messages.create(
      question('one two', { stop_sequences: ['zero', 'two', 'one'] }),
    )
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'one', content: [{ text: 'Echo: ' }] })
  })

  it('takes its time between words when asked to', async () => {
    const slept: number[] = []
    const clock: Clock = {
      now: () => 0,
      timer: () => expect.fail('no timer'),
      sleep: async (ms) => void slept.push(ms),
    }
    await using slow = await startEchoModel({ tokenDelayMs: 30, clock })
    await clientOf(slow).messages.stream(question('one two')).finalMessage()
    // Between the three words, and before the end.
    expect(slept).toEqual([30, 30, 30])
  })
})

describe('the script', () => {
  it('answers the coming requests one by one, then always the same, else echoes', async () => {
    model.script(said('first'), said('second'))
    model.always(said('always'))
    expect([await textOf(), await textOf(), await textOf(), await textOf()]).toEqual([
      'first',
      'second',
      'always',
      'always',
    ])
    model.reset()
    expect(await textOf()).toBe('Echo: hello there')
  })

  it('asks a function for the reply, which may wait', async () => {
    model.always(async ({ body, headers }) => said(`${body.messages.length} ${headers['x-api-key'] ?? 'token'}`))
    expect(await textOf()).toBe('1 token')
  })

  it('gives replies in the order of the requests, even when a function takes long', async () => {
    const late = Promise.withResolvers<void>()
    model.script(() => late.promise.then(() => said('late')), said('quick'))
    const slow = textOf()
    await model.nextRequest()
    expect(await textOf()).toBe('quick')
    late.resolve()
    expect(await slow).toBe('late')
  })

  it('tells the client when a scripted function throws', async () => {
    model.script(() => {
      throw new Error('two messages were expected')
    })
    await expect(textOf()).rejects.toThrow('The echo model failed: two messages were expected')
  })
})

describe('the record', () => {
  it('holds every request as it came', async () => {
    const before = performance.now()
    await textOf('one')
    await rawEvents(model, question('two')).next()
    expect(model.requests.map(({ body }) => body)).toEqual([question('one'), { ...question('two'), stream: true }])
    expect(Object.keys(model.requests[1]?.body ?? {})).toEqual(['model', 'max_tokens', 'messages', 'stream'])
    expect(model.requests[0]?.headers).toMatchObject({ authorization: 'Bearer test-key' })
    expect(model.requests[1]?.headers).toMatchObject({ 'x-api-key': 'test-key' })
    const [received, chunk] = [model.requests[0]?.receivedAtMs ?? 0, model.requests[0]?.firstChunkAtMs ?? 0]
    expect([before < received, received < chunk, chunk < performance.now()]).toEqual([true, true, true])
  })

  it('hands out each request once, and waits for the next', async () => {
    await textOf('one')
    await textOf('two')
    expect((await model.nextRequest()).body.messages[0]?.content).toBe('one')
    expect((await model.nextRequest()).body.messages[0]?.content).toBe('two')
    const third = model.nextRequest()
    await textOf('three')
    expect((await third).body.messages[0]?.content).toBe('three')
  })

  it('says what it waited for when no request comes', async () => {
    await expect(model.nextRequest(1)).rejects.toThrow('a request at the echo model')
  })

  it('keeps the last requests only when told so', async () => {
    await using small = await startEchoModel({ keepRequests: 2 })
    for (const text of ['one', 'two', 'three']) await clientOf(small).messages.create(question(text))
    expect(small.requests.map(({ body }) => body.messages[0]?.content)).toEqual(['two', 'three'])
  })

  it('is empty after a reset', async () => {
    await textOf()
    model.reset()
    expect(model.requests).toEqual([])
    await expect(model.nextRequest(1)).rejects.toThrow()
  })
})

describe('the other addresses', () => {
  it('says hello to HEAD and GET', async () => {
    const get = await fetch(`${model.url}/api/hello`)
    const head = await fetch(`${model.url}/api/hello`, { method: 'HEAD' })
    expect([get.status, await get.json(), head.status]).toEqual([200, { message: 'hello' }, 200])
  })

  it('counts tokens as a message would cost, without recording a request', async () => {
    const { max_tokens: _, ...counted } = question('how long is this?')
    const { input_tokens } = await clientOf(model).messages.countTokens(counted)
    expect(model.requests).toEqual([])
    const { usage } = await clientOf(model).messages.create(question('how long is this?'))
    expect(input_tokens).toBe(usage.input_tokens)
  })

  it("answers anything else 404 in the API's form", async () => {
    const response = await fetch(`${model.url}/v1/unknown`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: 'Not Found' },
      request_id: response.headers.get('request-id'),
    })
  })
})

describe('its life', () => {
  it('breaks off what is under way when it is disposed, and fails those who wait for a request', async () => {
    await using other = await startEchoModel()
    other.script({ connection: 'silent' }, () => new Promise(() => {}))
    const asked = Promise.allSettled([post(other, question()), post(other, question())])
    const requests = [await other.nextRequest(), await other.nextRequest()]
    const waiting = expect(other.nextRequest()).rejects.toThrow('the echo model was stopped')
    await other[Symbol.asyncDispose]()
    await waiting
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await Promise.all(requests.map(({ ended }) => ended))).toEqual(['model', 'model'])
    expect(requests.map(({ closedByClient }) => closedByClient)).toEqual([false, false])
  })

  it('says clearly that a port is taken', async () => {
    const port = Number(new URL(model.url).port)
    await expect(startEchoModel({ port })).rejects.toThrow(`The echo model cannot listen on 127.0.0.1:${port}`)
  })
})
