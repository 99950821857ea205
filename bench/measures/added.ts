import { setTimeout as sleep } from 'node:timers/promises'
import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { shortAnswer } from '../support/short-answer.ts'
import { barePartner, Talk, workerPartner } from '../support/talk.ts'
import { parkedMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

/** Messages before the first turn that is timed. */
const lengths = [2, 30, 200] as const
/** A few milliseconds are looked for: cheap turns, so more of them than of anything else. */
const turnsPerRun = 2
const pauseMs = 40

const turns = {
  followUp: ['follow-up', 'the next question'],
  results: ['results', "the caller's tool results"],
} as const
type TurnKind = keyof typeof turns

/** What the worker adds to a turn in a kept process: the same turns through it and bare, by turns. */
export const added: Measure = {
  name: 'added',
  about: 'what the worker adds to a turn in a kept process, over the same process driven bare',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  model.always(shortAnswer)
  await using worker = await WorkerStack.start(bench, model.url)
  for (const length of lengths) {
    await using claude = await BareClaude.start(bench, model.url, { resumes: length > 2 })
    const pair = await openPair({ model, worker, claude, length })
    await untilIdle([worker, claude], parkedMs)
    for (let cycle = -1; cycle < bench.runs * turnsPerRun; cycle++) {
      bench.progress(`${length} messages and more, turn ${cycle + 1}`)
      for (const kind of Object.keys(turns) as TurnKind[]) {
        const times = await timeBoth(pair, kind, cycle % 2 === 0)
        if (cycle >= 0) note(readings, { kind, length, ...times })
      }
    }
  }
  return readings.series
}

interface Pair {
  readonly through: Talk
  readonly bare: Talk
}

async function openPair(stage: {
  readonly model: EchoModel
  readonly worker: WorkerStack
  readonly claude: BareClaude
  readonly length: number
}): Promise<Pair> {
  const { model, worker, claude, length } = stage
  const through = new Talk(workerPartner(worker, model), model, length)
  const bare = new Talk(barePartner(claude, model), model, length)
  await through.begin()
  await bare.begin()
  return { through, bare }
}

/** Whoever comes second finds the machine warmed up, so they take turns. */
async function timeBoth({ through, bare }: Pair, kind: TurnKind, bareFirst: boolean) {
  const times = { bareMs: 0, workerMs: 0 }
  const timeBare = async () => {
    times.bareMs = (await bare[kind]()).ms
  }
  const timeWorker = async () => {
    const { ms, isKept } = await through[kind]()
    if (!isKept) throw new Error('the worker did not go on in the process that it keeps')
    times.workerMs = ms
  }
  for (const time of bareFirst ? [timeBare, timeWorker] : [timeWorker, timeBare]) {
    await sleep(pauseMs)
    await time()
  }
  return times
}

function note(
  readings: Readings,
  { kind, length, bareMs, workerMs }: { kind: TurnKind; length: number; bareMs: number; workerMs: number },
): void {
  const [name, words] = turns[kind]
  const add = (way: string, what: string, ms: number) =>
    readings.add(
      { id: `added/${name}/${way}/${length}`, what: `${length} messages and more, then ${words}: ${what}` },
      ms,
    )
  add('bare', 'bare', bareMs)
  add('worker', 'worker', workerMs)
  add('difference', 'what the worker adds, pair by pair', workerMs - bareMs)
}
