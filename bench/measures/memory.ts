import { startEchoModel } from '../../src/dev/echo-model.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { canLook, claudesOf, residentMb } from '../support/processes.ts'
import { inRounds } from '../support/rounds.ts'
import { serveJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { parkedMs, restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

const readAfterTurns = [1, 10, 25, 50]
/** Memory varies little; once more than a median needs is enough. */
const mostRuns = 3

/** Resident memory (RSS) of what runs. */
export const memory: Measure = {
  name: 'memory',
  about: 'resident memory of an idle worker, of a parked process and of a kept one (Linux only)',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  if (!canLook) return []
  await using model = await startEchoModel({ keepRequests: 20 })
  model.always(shortAnswer)
  await inRounds(
    bench,
    async ({ isWarmUp }) => {
      if (isWarmUp) return
      await using claude = await BareClaude.start(bench, model.url)
      await using worker = await WorkerStack.start(bench, model.url, ['--warm', '0'])
      await untilIdle([worker, claude], parkedMs)
      const add = (id: string, what: string, pid: number) =>
        readings.add({ id: `memory/${id}`, what, unit: 'MB' }, residentMb(pid))
      add('worker', 'idle worker, without Claude Code', worker.pid)
      add('parked', 'parked Claude Code', claude.pid)
      const conversation = new Conversation()
      for (let turn = 1; turn <= Math.max(...readAfterTurns); turn++) {
        await serveJob(worker.router, model, conversation.asks().job)
        conversation.answered('Yes.')
        if (!readAfterTurns.includes(turn)) continue
        await untilIdle([worker], restMs)
        const [kept, ...more] = claudesOf(worker.pid)
        if (kept === undefined || more.length > 0) throw new Error('the worker does not keep exactly one process')
        add(`kept/${turn}`, `kept Claude Code after ${turn} turns`, kept)
        add(`worker/${turn}`, `worker after ${turn} turns`, worker.pid)
      }
    },
    Math.min(bench.runs, mostRuns),
  )
  return readings.series
}
