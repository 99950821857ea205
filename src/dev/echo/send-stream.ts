import { once } from 'node:events'
import type { Clock } from '../../shared/clock.ts'
import { errorDocument } from './api-errors.ts'
import type { Exchange } from './exchange.ts'
import { type MessageHead, messageSteps, type Step } from './message-steps.ts'
import { newId } from './new-id.ts'
import type { Answer, Interruption } from './reply.ts'

const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }

/** Sends an answer as server-sent events, as fast as its pace and the client allow. */
export async function sendStream(
  exchange: Exchange,
  answer: Answer,
  { head, clock }: { head: MessageHead; clock: Clock },
) {
  exchange.begin({ ...streamHeaders, 'request-id': newId('req'), ...answer.headers })
  for await (const step of messageSteps(answer, head)) {
    if (step.kind !== 'frame') await pace(exchange, answer, clock)
    if (step.kind === 'chunk') exchange.request.firstChunkAtMs ??= performance.now()
    await exchange.write(encodeEvent(step.event))
  }
  if (!answer.interrupted) return exchange.finish()
  await pace(exchange, answer, clock)
  await breakOff(exchange, answer.interrupted.by)
}

async function pace({ request, signal }: Exchange, { gate, chunkDelayMs }: Answer, clock: Clock): Promise<void> {
  if (chunkDelayMs && request.firstChunkAtMs !== undefined) await clock.sleep(chunkDelayMs, signal)
  await gate?.pass(signal)
}

async function breakOff(exchange: Exchange, by: Interruption['by']): Promise<void> {
  if (by === 'cut') exchange.cut()
  else if (by === 'stall') await once(exchange.signal, 'abort')
  else exchange.finish(encodeEvent(errorDocument(by, newId('req'))))
}

function encodeEvent(event: Step['event']): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
