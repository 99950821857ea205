import { startEchoModel } from '../../src/dev/echo-model.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { startNode } from '../support/children.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { canLook, claudesOf, ownMb, residentMb } from '../support/processes.ts'
import { serveJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { parkedMs, restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

const readAfterTurns = [1, 10, 25, 50]
/** Memory varies little from run to run. */
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
  const add: Add = (id, what, mb) => readings.add({ id: `memory/${id}`, what, unit: 'MB' }, mb)
  for (let count = 0; count < Math.min(bench.runs, mostRuns); count++) {
    bench.progress(`run ${count + 1}`)
    await oneRun(bench, add)
  }
  return readings.series
}

type Add = (id: string, what: string, mb: number) => void

async function oneRun(bench: Bench, add: Add): Promise<void> {
  await using model = await startEchoModel({ keepRequests: 20 })
  model.always(shortAnswer)
  await using node = startNode(['-e', 'setInterval(() => {}, 1e6)'])
  await using claude = await BareClaude.start(bench, model.url)
  await using worker = await WorkerStack.start(bench, model.url, ['--warm', '0'])
  await untilIdle([node, worker, claude], parkedMs)
  add('node', 'a node that only waits, for comparison', residentMb(node.pid))
  add('worker', 'idle worker, without Claude Code', residentMb(worker.pid))
  add('worker-own', 'of that its own, not of program files that others share', ownMb(worker.pid))
  add('parked', 'parked Claude Code', residentMb(claude.pid))
  const conversation = new Conversation()
  for (let turn = 1; turn <= Math.max(...readAfterTurns); turn++) {
    await serveJob(worker.router, model, conversation.asks().job)
    conversation.answered('Yes.')
    if (!readAfterTurns.includes(turn)) continue
    await untilIdle([worker], restMs)
    const [kept, ...more] = claudesOf(worker.pid)
    if (kept === undefined || more.length > 0) throw new Error('the worker does not keep exactly one process')
    add(`kept/${turn}`, `kept Claude Code after ${turn} turns`, residentMb(kept))
    add(`worker/${turn}`, `worker after ${turn} turns`, residentMb(worker.pid))
  }
}
