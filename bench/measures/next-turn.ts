import { type EchoModel, Gate, startEchoModel } from '../../src/dev/echo-model.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { disposeAll } from '../support/dispose-all.ts'
import { KeptConversation } from '../support/kept-conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { sendJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { timeNewProcess } from '../support/time-bare.ts'
import { parkedMs, restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

/** Messages before the question. */
const lengths = [2, 30, 200] as const

const turns = { 'follow-up': 'the next question', results: "the caller's tool results" }
type TurnName = keyof typeof turns

const ways = {
  worker: 'worker',
  bare: 'the same process, driven bare',
  replay: 'worker that keeps nothing (--kept 0), spares parked',
  new: 'a new process for the job, bare',
}

/** Job leaves the router → request complete at the model, for a conversation that was answered before. */
export const nextTurn: Measure = {
  name: 'next-turn',
  about: 'job leaves the router → request at the model, for the next turn of a conversation',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  await using worker = await WorkerStack.start(bench, model.url, ['--kept', `${lengths.length}`])
  const atOnce = lengths.length * Object.keys(turns).length
  await using replaying = await WorkerStack.start(bench, model.url, ['--kept', '0', '--concurrency', `${atOnce}`])
  await inRounds(bench, async ({ isWarmUp }) => {
    const add: Add = (way, turn, { length, ms, note }) => {
      const of = { id: `${turn}/${way}/${length}`, what: `${length} messages, then ${turns[turn]}: ${ways[way]}` }
      if (!isWarmUp) readings.add(of, ms, note)
    }
    await oneRound(bench, { model, worker, replaying }, add)
  })
  return readings.series
}

interface Stage {
  readonly model: EchoModel
  readonly worker: WorkerStack
  readonly replaying: WorkerStack
}

type Add = (way: keyof typeof ways, turn: TurnName, value: { length: number; ms: number; note?: string }) => void

async function oneRound(bench: Bench, { model, worker, replaying }: Stage, add: Add): Promise<void> {
  model.always(shortAnswer)
  const bare = await Promise.all(lengths.map((length) => BareClaude.start(bench, model.url, { resumes: length > 2 })))
  await using _bare = disposeAll(bare)
  const kept = lengths.map((length, index) => {
    return new KeptConversation({ length, model, router: worker.router, claude: bare[index] as BareClaude })
  })
  for (const conversation of kept) await conversation.begin()
  await untilIdle([worker, replaying, ...bare], parkedMs)
  for (const { length, followUp } of kept) {
    const { bareMs, workerMs, isKept } = await followUp()
    add('bare', 'follow-up', { length, ms: bareMs })
    add('worker', 'follow-up', { length, ms: workerMs, note: isKept ? 'kept' : 'replayed' })
  }
  await untilIdle([worker, ...bare], restMs)
  for (const { length, results } of kept) {
    const { bareMs, workerMs, isKept } = await results()
    add('bare', 'results', { length, ms: bareMs })
    add('worker', 'results', { length, ms: workerMs, note: isKept ? 'kept' : 'replayed' })
  }
  await timeReplays({ model, replaying }, add)
  await untilIdle([replaying], restMs)
  for (const length of lengths) {
    for (const turn of Object.keys(turns) as TurnName[]) {
      add('new', turn, { length, ms: await timeNewProcess(bench, model, jobFor(turn, length)) })
    }
  }
}

/** A worker starts its next spares as soon as an answer begins; so no answer begins before all have been asked. */
async function timeReplays({ model, replaying }: Pick<Stage, 'model' | 'replaying'>, add: Add): Promise<void> {
  const gate = new Gate()
  model.always({ ...shortAnswer, gate })
  const ends: Promise<void>[] = []
  for (const length of lengths) {
    for (const turn of Object.keys(turns) as TurnName[]) {
      const asked = await sendJob(replaying.router, model, jobFor(turn, length))
      add('replay', turn, { length, ms: asked.toRequestMs })
      ends.push(asked.complete)
    }
  }
  gate.open()
  await Promise.all(ends)
  model.always(shortAnswer)
}

function jobFor(turn: TurnName, length: number): Conversation['job'] {
  const conversation = new Conversation({ withTools: true }).past(length).asks()
  return turn === 'results' ? conversation.calledTool('toolu_1').job : conversation.job
}
