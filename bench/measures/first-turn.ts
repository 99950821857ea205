import { type EchoModel, Gate, startEchoModel } from '../../src/dev/echo-model.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { disposeAll } from '../support/dispose-all.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { sendJob, serveJob } from '../support/serve-job.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { timeNewProcess, timeParked } from '../support/time-bare.ts'
import { parkedMs, restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

/** Turns of history, a question and its answer each. */
const lengths = [0, 2, 30] as const

const names = {
  new: 'a new process for the job, bare',
  cold: 'worker, nothing parked (--warm 0)',
  parked: 'a parked process, bare',
  warm: 'worker, spares parked',
}
type Way = keyof typeof names
type Times = Record<Way, number>

/** Job leaves the router → request complete at the model, for a conversation that no process holds. */
export const firstTurn: Measure = {
  name: 'first-turn',
  about: 'job leaves the router → request at the model, for a conversation that no process holds',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  await using cold = await WorkerStack.start(bench, model.url, ['--warm', '0'])
  // One for each length: what a worker has parked depends on what it was asked before.
  const warm = await Promise.all(lengths.map(() => WorkerStack.start(bench, model.url)))
  await using _warm = disposeAll(warm)
  await inRounds(bench, async ({ isWarmUp }) => {
    const rounds = await oneRound(bench, { model, cold, warm })
    if (isWarmUp) return
    for (const [index, turns] of lengths.entries()) {
      for (const way of Object.keys(names) as Way[]) {
        readings.add(
          { id: `first/${way}/${turns}`, what: `${turns} turns of history: ${names[way]}` },
          rounds[index]?.[way] ?? 0,
        )
      }
    }
  })
  return readings.series
}

interface Stage {
  readonly model: EchoModel
  readonly cold: WorkerStack
  /** One for each length. */
  readonly warm: readonly WorkerStack[]
}

async function oneRound(bench: Bench, { model, cold, warm }: Stage): Promise<Times[]> {
  const parked = await Promise.all(lengths.map(() => BareClaude.start(bench, model.url)))
  await using _parked = disposeAll(parked)
  model.always(shortAnswer)
  await untilIdle([cold, ...warm, ...parked], parkedMs)
  for (const stack of warm) stack.mustHaveParked(1)
  const times = lengths.map((): Times => ({ new: 0, cold: 0, parked: 0, warm: 0 }))
  for (const [index, turns] of lengths.entries()) {
    const time = times[index] as Times
    time.new = await timeNewProcess(bench, model, jobAfter(turns))
    time.cold = (await serveJob(cold.router, model, jobAfter(turns))).toRequestMs
  }
  await untilIdle([cold], restMs)
  for (const [index, turns] of lengths.entries()) {
    const time = times[index] as Times
    time.parked = await timeParked(parked[index] as BareClaude, model, jobAfter(turns))
  }
  await timeWarm({ model, warm, times })
  return times
}

/** A worker starts its next spare as soon as an answer begins; so no answer begins before all have been asked. */
async function timeWarm({ model, warm, times }: Pick<Stage, 'model' | 'warm'> & { times: Times[] }): Promise<void> {
  const gate = new Gate()
  model.always({ ...shortAnswer, gate })
  const ends: Promise<void>[] = []
  for (const [index, turns] of lengths.entries()) {
    const { router } = warm[index] as WorkerStack
    const asked = await sendJob(router, model, jobAfter(turns))
    const time = times[index] as Times
    time.warm = asked.toRequestMs
    ends.push(asked.complete)
  }
  gate.open()
  await Promise.all(ends)
}

function jobAfter(turns: number): Conversation['job'] {
  return new Conversation().past(turns * 2).asks().job
}
