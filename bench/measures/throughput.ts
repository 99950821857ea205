import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { serveJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { parkedMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

const minuteMs = 60_000

/** What one worker gets done when the model takes no time. */
export const throughput: Measure = {
  name: 'throughput',
  about: 'jobs per minute of one worker with an instant model',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  model.always(shortAnswer)
  for (const concurrency of [1, 4]) {
    bench.progress(`${concurrency} at a time`)
    await using worker = await WorkerStack.start(bench, model.url, ['--concurrency', `${concurrency}`])
    await untilIdle([worker], parkedMs)
    const of = { id: `throughput/new/${concurrency}`, what: `${concurrency} at a time, each a new conversation` }
    for (const rate of await newConversations(worker, concurrency, bench.runs)) {
      readings.add({ ...of, unit: 'jobs/min' }, rate)
    }
    if (concurrency > 1) continue
    const going = { id: 'throughput/going-on/1', what: '1 at a time, all of one conversation' }
    for (const rate of await oneConversation(worker, model, bench.runs))
      readings.add({ ...going, unit: 'jobs/min' }, rate)
  }
  return readings.series
}

/** All jobs wait at the router. The rate of each batch of `concurrency`, without the first, for which processes were parked. */
async function newConversations({ router }: WorkerStack, concurrency: number, runs: number): Promise<number[]> {
  const jobs = Array.from({ length: concurrency * (runs + 1) }, () => router.submit(new Conversation().asks().job))
  const finishedAtMs = await Promise.all(
    jobs.map(async ({ done }) => {
      const end = await done
      if (end.kind !== 'complete') throw new Error(`a job failed: ${JSON.stringify(end)}`)
      return performance.now()
    }),
  )
  const ordered = finishedAtMs.toSorted((one, other) => one - other)
  const ends = ordered.filter((_, index) => (index + 1) % concurrency === 0)
  return ends.slice(1).map((end, index) => (concurrency * minuteMs) / (end - (ends[index] ?? 0)))
}

async function oneConversation({ router }: WorkerStack, model: EchoModel, runs: number): Promise<number[]> {
  const conversation = new Conversation()
  const rates: number[] = []
  model.reset()
  model.always(shortAnswer)
  for (let run = -1; run < runs; run++) {
    const startedAtMs = performance.now()
    await serveJob(router, model, conversation.asks().job)
    conversation.answered('Yes.')
    if (run >= 0) rates.push(minuteMs / (performance.now() - startedAtMs))
  }
  return rates
}
