import { type EchoModel, Gate, startEchoModel } from '../../src/dev/echo-model.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { sendJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { Talk, workerPartner } from '../support/talk.ts'
import { timeNewProcess } from '../support/time-bare.ts'
import { parkedMs, restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

/** Messages before the question. */
const lengths = [2, 30, 200] as const

const turns = { 'follow-up': 'the next question', results: "the caller's tool results" }
type TurnName = keyof typeof turns
const turnNames = Object.keys(turns) as TurnName[]

const ways = {
  worker: 'worker',
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
  const atOnce = `${lengths.length * turnNames.length}`
  await using replaying = await WorkerStack.start(bench, model.url, ['--kept', '0', '--concurrency', atOnce])
  await inRounds(bench, async ({ isWarmUp }) => {
    const add: Add = (way, turn, { length, ms, note }) => {
      const of = { id: `${turn}/${way}/${length}`, what: `${length} messages, then ${turns[turn]}: ${ways[way]}` }
      if (!isWarmUp) readings.add(of, ms, note)
    }
    model.always(shortAnswer)
    const talks = lengths.map((length) => new Talk(workerPartner(worker, model), model, length))
    for (const talk of talks) await talk.begin()
    await untilIdle([worker, replaying], parkedMs)
    await timeKept({ worker, talks }, add)
    await timeReplays({ model, replaying }, add)
    await untilIdle([replaying], restMs)
    await timeNew({ bench, model }, add)
  })
  return readings.series
}

type Add = (way: keyof typeof ways, turn: TurnName, value: { length: number; ms: number; note?: string }) => void

async function timeKept({ worker, talks }: { worker: WorkerStack; talks: readonly Talk[] }, add: Add): Promise<void> {
  for (const turn of turnNames) {
    await untilIdle([worker], restMs)
    for (const [index, talk] of talks.entries()) {
      const { ms, isKept } = turn === 'results' ? await talk.results() : await talk.followUp()
      add('worker', turn, { length: lengths[index] ?? 0, ms, note: isKept ? 'kept' : 'replayed' })
    }
  }
}

/** A worker starts its next spares as soon as an answer begins; so no answer begins before all have been asked. */
async function timeReplays(
  { model, replaying }: { readonly model: EchoModel; readonly replaying: WorkerStack },
  add: Add,
): Promise<void> {
  const gate = new Gate()
  model.always({ ...shortAnswer, gate })
  const ends: Promise<void>[] = []
  for (const length of lengths) {
    for (const turn of turnNames) {
      const asked = await sendJob(replaying.router, model, jobFor(turn, length))
      add('replay', turn, { length, ms: asked.toRequestMs })
      ends.push(asked.complete)
    }
  }
  gate.open()
  await Promise.all(ends)
  model.always(shortAnswer)
}

async function timeNew(
  { bench, model }: { readonly bench: Bench; readonly model: EchoModel },
  add: Add,
): Promise<void> {
  for (const length of lengths) {
    for (const turn of turnNames) {
      add('new', turn, { length, ms: await timeNewProcess(bench, model, jobFor(turn, length)) })
    }
  }
}

function jobFor(turn: TurnName, length: number): Conversation['job'] {
  const conversation = new Conversation({ withTools: true }).past(length).asks()
  return turn === 'results' ? conversation.calledTool('toolu_1').job : conversation.job
}
