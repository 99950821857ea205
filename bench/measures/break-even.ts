import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { questionFrame } from '../../src/worker/claude/frames.ts'
import { openingOf, tellHistory } from '../support/ask-bare.ts'
import { BareClaude } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'
import { timeNewProcess } from '../support/time-bare.ts'
import { turnFrom } from '../support/turn-from.ts'
import { parkedMs, untilIdle } from '../support/until-idle.ts'

/** User messages, each with its answer. */
const longest = 60
const marks = [5, 10, 15, 20, 25, 30, 40, 50, 60]
/** The size of the answer is what counts, not its last digit. */
const mostRuns = 3

/** From how many user messages on a history is quicker read from a file than told. */
export const breakEven: Measure = {
  name: 'break-even',
  about: 'a history told on stdin against one read from a session file, by number of user messages',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  await inRounds(
    bench,
    async ({ isWarmUp }) => {
      await using told = await BareClaude.start(bench, model.url)
      await using waiting = await BareClaude.start(bench, model.url, { resumes: true })
      await untilIdle([told, waiting], parkedMs)
      const telling = await timeTelling(told, model)
      const parkedFileMs = await timeFile(waiting, model)
      const newFileMs = await timeNewProcess(bench, model, longJob())
      if (isWarmUp) return
      const add = (id: string, what: string, ms: number) => readings.add({ id: `replay/${id}`, what }, ms)
      for (const count of marks)
        add(`told/${count}`, `${count} user messages told to a parked process`, telling[count] ?? 0)
      add('file/parked', `${longest} read from a file by a process that waits for it`, parkedFileMs)
      add('file/new', `${longest} read from a file by a new process`, newFileMs)
      const of = (id: string, what: string) => ({ id: `break-even/${id}`, what, unit: 'messages' as const })
      readings.add(
        of('parked', 'user messages from which the waiting process is quicker'),
        crossing(telling, parkedFileMs),
      )
      readings.add(of('new', 'user messages from which the new process is quicker'), crossing(telling, newFileMs))
    },
    Math.min(bench.runs, mostRuns),
  )
  return readings.series
}

/** How long it would have taken to the model's request, had the history ended after so many user messages. */
async function timeTelling(claude: BareClaude, model: EchoModel): Promise<number[]> {
  const turn = turnFrom(longJob())
  const startedAtMs = performance.now()
  const toldMs = [0]
  claude.send(...openingOf(claude, turn))
  await tellHistory(claude, turn.history, ({ role }) => {
    if (role === 'assistant') toldMs.push(performance.now() - startedAtMs)
  })
  const askedAtMs = performance.now()
  claude.send(questionFrame(turn.prompt))
  const { receivedAtMs } = await model.nextRequest()
  await claude.result()
  return toldMs.map((ms) => ms + receivedAtMs - askedAtMs)
}

async function timeFile(claude: BareClaude, model: EchoModel): Promise<number> {
  const turn = turnFrom(longJob())
  const startedAtMs = performance.now()
  await claude.writeHistory(turn.history)
  claude.send(...openingOf(claude, turn), questionFrame(turn.prompt))
  const { receivedAtMs } = await model.nextRequest()
  await claude.result()
  return receivedAtMs - startedAtMs
}

function longJob(): Conversation['job'] {
  return new Conversation().past(longest * 2).asks().job
}

/** The first count whose telling takes longer; one more than was tried where there is none. */
function crossing(telling: readonly number[], limitMs: number): number {
  const first = telling.findIndex((ms, count) => count > 0 && ms > limitMs)
  return first < 0 ? longest + 1 : first
}
