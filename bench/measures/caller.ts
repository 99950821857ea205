import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { DevRouter } from '../../src/dev/dev-router.ts'
import { startEchoModel } from '../../src/dev/echo-model.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

/** The last part of the way: through the development router to who asked. */
export const caller: Measure = {
  name: 'caller',
  about: 'first token at the router → first byte of it at the HTTP caller',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  model.always(shortAnswer)
  await using worker = await WorkerStack.start(bench, model.url)
  const conversation = new Conversation()
  await inRounds(bench, async ({ isWarmUp }) => {
    await untilIdle([worker], restMs)
    const seen = worker.router.received.length
    const atCallerMs = await askOverHttp(worker.router, conversation.asks().job)
    conversation.answered('Yes.')
    const token = worker.router.received.slice(seen).find(({ message }) => message.type === 'token')
    if (!token) throw new Error('the router got no token')
    if (isWarmUp) return
    const of = { id: 'caller/first', what: 'first token at the development router → HTTP caller, both in one process' }
    readings.add(of, atCallerMs - token.receivedAtMs)
  })
  return readings.series
}

/** Streams one answer; resolves at its end with the moment at which its text began to arrive. */
async function askOverHttp(router: DevRouter, job: Conversation['job']): Promise<number> {
  const { callerKey, httpUrl } = router
  const sent = request(`${httpUrl}/api/openai/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${callerKey}`, 'content-type': 'application/json' },
  })
  sent.end(JSON.stringify({ ...job, model: 'auxot', stream: true }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let atMs: number | undefined
  let text = ''
  for await (const piece of response.setEncoding('utf8')) {
    text += piece
    if (text.includes('Yes.')) atMs ??= performance.now()
  }
  if (atMs === undefined) throw new Error(`the caller got no answer: HTTP ${response.statusCode} ${text}`)
  return atMs
}
