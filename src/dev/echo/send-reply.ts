import { once } from 'node:events'
import type { Clock } from '../../shared/clock.ts'
import { errorDocument } from './api-errors.ts'
import type { Exchange } from './exchange.ts'
import { type MessageHead, messageSteps, type Step } from './message-steps.ts'
import { newId } from './new-id.ts'
import type { Answer, Interruption, Reply, Usage } from './reply.ts'
import { wholeMessage } from './whole-message.ts'

/** Sends a reply in the form the request asks for. Rejects when the client leaves before the end. */
export async function sendReply(
  exchange: Exchange,
  reply: Reply,
  options: { clock: Clock; prompt: Usage },
): Promise<void> {
  if ('connection' in reply) return sendNothing(exchange, reply.connection)
  if (reply.delayMs) await options.clock.sleep(reply.delayMs, exchange.signal)
  if ('error' in reply) return exchange.sendError(reply)
  const { body } = exchange.request
  const head = { id: newId('msg'), model: body.model, usage: { ...options.prompt, ...reply.usage } }
  if (body.stream) await sendStream(exchange, reply, { head, clock: options.clock })
  else await sendWhole(exchange, reply, head)
}

async function sendNothing(exchange: Exchange, connection: 'reset' | 'silent'): Promise<void> {
  if (connection === 'reset') exchange.reset()
  else await once(exchange.signal, 'abort')
}

async function sendWhole(exchange: Exchange, answer: Answer, head: MessageHead): Promise<void> {
  const message = await wholeMessage(answer, head)
  await answer.gate?.pass(exchange.signal)
  exchange.request.firstChunkAtMs = performance.now()
  exchange.sendJson(message, answer.headers)
}

async function sendStream(exchange: Exchange, answer: Answer, { head, clock }: { head: MessageHead; clock: Clock }) {
  const sse = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
  exchange.begin(200, { ...sse, 'request-id': newId('req'), ...answer.headers })
  for await (const step of messageSteps(answer, head)) {
    if (step.kind !== 'frame') await pace(exchange, answer, clock)
    if (step.kind === 'chunk') exchange.request.firstChunkAtMs ??= performance.now()
    await exchange.write(encodeEvent(step.event))
  }
  if (answer.interrupted) await breakOff(exchange, answer.interrupted.by)
  else exchange.finish()
}

async function pace(exchange: Exchange, { gate, chunkDelayMs }: Answer, clock: Clock): Promise<void> {
  const isFirst = exchange.request.firstChunkAtMs === undefined
  if (chunkDelayMs && !isFirst) await clock.sleep(chunkDelayMs, exchange.signal)
  await gate?.pass(exchange.signal)
}

async function breakOff(exchange: Exchange, by: Interruption['by']): Promise<void> {
  if (by === 'cut') return exchange.cut()
  if (by === 'stall') return void (await once(exchange.signal, 'abort'))
  exchange.finish(encodeEvent(errorDocument(by, newId('req'))))
}

function encodeEvent(event: Step['event']): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
