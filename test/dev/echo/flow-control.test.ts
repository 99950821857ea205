import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EchoModel, Gate, startEchoModel } from '../../../src/dev/echo-model.ts'
import { clientOf, question, rawEvents } from '../../support/echo-client.ts'

let model: EchoModel
beforeEach(async () => {
  model = await startEchoModel()
})
afterEach(() => model[Symbol.asyncDispose]())

const threeWords = (gate: Gate) => ({ blocks: [{ type: 'text', chunks: ['a', 'b', 'c'] } as const], gate })

/** The next event of this type. */
async function nextOf(events: AsyncGenerator<Record<string, unknown>>, type: string) {
  for (;;) {
    const { value, done } = await events.next()
    if (done) throw new Error(`the stream ended before a ${type}`)
    if (value.type === type) return value
  }
}

describe('a gated answer', () => {
  it('lets one chunk go for every release, and the end for the last', async () => {
    const gate = new Gate()
    model.script(threeWords(gate))
    const events = rawEvents(model)
    await nextOf(events, 'content_block_start')
    for (const text of ['a', 'b', 'c']) {
      await gate.reached()
      gate.release()
      expect(await nextOf(events, 'content_block_delta')).toMatchObject({ delta: { text } })
    }
    await nextOf(events, 'content_block_stop')
    await gate.reached()
    expect(model.requests[0]?.firstChunkAtMs).toBeGreaterThan(0)
    gate.release()
    await nextOf(events, 'message_stop')
    expect(await model.requests[0]?.ended).toBe('answered')
  })

  it('has no first chunk before the first release', async () => {
    const gate = new Gate()
    model.script(threeWords(gate))
    const events = rawEvents(model)
    await nextOf(events, 'content_block_start')
    await gate.reached()
    expect(model.requests[0]?.firstChunkAtMs).toBeUndefined()
    gate.open()
    await nextOf(events, 'message_stop')
  })

  it('keeps releases that come early', async () => {
    const gate = new Gate()
    gate.release(4)
    model.script(threeWords(gate))
    expect((await clientOf(model).messages.stream(question()).finalMessage()).content).toMatchObject([{ text: 'abc' }])
  })

  it('holds an answer that is not streamed as a whole', async () => {
    const gate = new Gate()
    model.script(threeWords(gate))
    const answer = clientOf(model).messages.create(question())
    await gate.reached()
    gate.release()
    expect((await answer).content).toMatchObject([{ text: 'abc' }])
  })

  it('is left when the client goes, and the record says so', async () => {
    const gate = new Gate()
    model.script(threeWords(gate))
    const stream = clientOf(model).messages.stream(question())
    await gate.reached()
    stream.abort()
    await expect(stream.finalMessage()).rejects.toThrow('aborted')
    expect(await model.requests[0]?.ended).toBe('client')
    expect(model.requests[0]?.closedByClient).toBe(true)
  })

  it('says that nobody came to the gate', async () => {
    await expect(new Gate().reached(1)).rejects.toThrow('waited 1 ms in vain for a reply at the gate')
  })

  it('serves several who wait, in order, and forgets those who left', async () => {
    const gate = new Gate()
    const leaving = new AbortController()
    const passed: string[] = []
    const left = gate.pass(leaving.signal)
    const first = gate.pass(new AbortController().signal).then(() => passed.push('first'))
    const second = gate.pass(new AbortController().signal).then(() => passed.push('second'))
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    gate.release(2)
    await Promise.all([first, second])
    expect(passed).toEqual(['first', 'second'])
    await expect(gate.pass(AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
  })
})

describe('a very long answer', () => {
  it('arrives whole', async () => {
    const chunk = 'x'.repeat(64 * 1024)
    model.script({ blocks: [{ type: 'text', chunks: Array(800).fill(chunk) }] })
    let characters = 0
    for await (const { delta } of rawEvents(model))
      characters += (delta as { text?: string } | undefined)?.text?.length ?? 0
    expect(characters).toBe(800 * 64 * 1024)
  })

  it('waits for a client that does not read', async () => {
    let made = 0
    const chunk = 'x'.repeat(64 * 1024)
    function* chunks() {
      for (; made < 800; made += 1) yield chunk
    }
    model.script({ blocks: [{ type: 'text', chunks: chunks() }] })
    const body = JSON.stringify({ ...question(), stream: true })
    const socket = connect(Number(new URL(model.url).port), '127.0.0.1')
    socket.pause()
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nHost: echo\r\nX-Api-Key: k\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await await model.nextRequest()
    // Buffers between the two ends fill up, then nothing more is made.
    await quiet(() => made)
    expect(made).toBeLessThan(400)
    let bytes = 0
    socket.on('data', (data: Buffer) => {
      bytes += data.length
    })
    socket.resume()
    expect(await model.requests[0]?.ended).toBe('answered')
    expect(made).toBe(800)
    socket.destroy()
    expect(bytes).toBeGreaterThan(0)
  })
})

/** Resolves when the number has stood still for 50 turns of the event loop. */
async function quiet(number: () => number): Promise<void> {
  for (let still = 0, last = number(); still < 50; still += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (number() === last) continue
    last = number()
    still = 0
  }
}
