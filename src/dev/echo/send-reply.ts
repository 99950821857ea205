import { once } from 'node:events'
import type { Clock } from '../../shared/clock.ts'
import type { Exchange } from './exchange.ts'
import type { MessageHead } from './message-steps.ts'
import { newId } from './new-id.ts'
import type { Answer, ErrorBody, Reply, Usage } from './reply.ts'
import { sendStream } from './send-stream.ts'
import { wholeMessage } from './whole-message.ts'

/** Sends a reply in the form the request asks for. Rejects when the client leaves before the end. */
export async function sendReply(exchange: Exchange, reply: Reply, { clock, prompt }: { clock: Clock; prompt: Usage }) {
  if ('connection' in reply) return reply.connection === 'reset' ? exchange.reset() : untilGone(exchange)
  if (reply.delayMs) await clock.sleep(reply.delayMs, exchange.signal)
  if ('error' in reply) return exchange.sendError(reply)
  const { body } = exchange.request
  const head = { id: newId('msg'), model: body.model, usage: { ...prompt, ...reply.usage } }
  if (body.stream) await sendStream(exchange, reply, { head, clock })
  else await sendWhole(exchange, reply, head)
}

async function sendWhole(exchange: Exchange, answer: Answer, head: MessageHead): Promise<void> {
  if (answer.interrupted) return breakOffWhole(exchange, answer.interrupted.by)
  const message = await wholeMessage(answer, head)
  await answer.gate?.pass(exchange.signal)
  exchange.request.firstChunkAtMs = performance.now()
  exchange.sendJson(message, answer.headers)
}

/** An answer in one piece has no middle: it breaks off before it began. */
async function breakOffWhole(exchange: Exchange, by: 'cut' | 'stall' | ErrorBody): Promise<void> {
  if (by === 'cut') return exchange.cut()
  if (by === 'stall') return untilGone(exchange)
  exchange.sendError({ status: by.type === 'overloaded_error' ? 529 : 500, error: by })
}

async function untilGone({ signal }: Exchange): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
