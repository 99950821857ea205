import type { JobToSubmit } from '../../src/dev/dev-router.ts'
import type { EchoModel } from '../../src/dev/echo-model.ts'
import { questionFrame } from '../../src/worker/claude/frames.ts'
import type { HistoryMessage } from '../../src/worker/claude/turn.ts'
import { askBare } from './ask-bare.ts'
import { BareClaude } from './bare-claude.ts'
import type { Bench } from './bench.ts'
import { mustHold } from './serve-job.ts'
import { turnFrom } from './turn-from.ts'

const limitMs = 60_000

/** A job for a new process that reads its history from a file: what a worker does that starts one for each job. */
export async function timeNewProcess(bench: Bench, model: EchoModel, job: JobToSubmit): Promise<number> {
  const turn = turnFrom(job)
  const startedAtMs = performance.now()
  const inFile = fileable(turn.history)
  const history = inFile > 0 ? turn.history.slice(0, inFile) : undefined
  await using claude = await BareClaude.start(bench, model.url, { history })
  await askBare(claude, turn, turn.history.slice(inFile))
  return await untilAsked({ model, claude, job, startedAtMs })
}

/** A job for a process that was started before and has heard nothing yet. */
export async function timeParked(claude: BareClaude, model: EchoModel, job: JobToSubmit): Promise<number> {
  const turn = turnFrom(job)
  const startedAtMs = performance.now()
  await askBare(claude, turn)
  return await untilAsked({ model, claude, job, startedAtMs })
}

/** The next job of the conversation that the process holds. */
export async function timeNext(claude: BareClaude, model: EchoModel, job: JobToSubmit): Promise<number> {
  const { prompt } = turnFrom(job)
  const startedAtMs = performance.now()
  claude.send(questionFrame(prompt))
  return await untilAsked({ model, claude, job, startedAtMs })
}

/** Messages that a file may hold: it has to end in words of the assistant. The rest is told. */
function fileable(history: readonly HistoryMessage[]): number {
  const isEnd = ({ role, content }: HistoryMessage) =>
    role === 'assistant' && content.every((block) => block.type === 'text')
  return history.findLastIndex(isEnd) + 1
}

async function untilAsked(asked: {
  readonly model: EchoModel
  readonly claude: BareClaude
  readonly job: JobToSubmit
  readonly startedAtMs: number
}): Promise<number> {
  const request = await asked.model.nextRequest(limitMs)
  await asked.claude.result()
  mustHold(request, asked.job)
  return request.receivedAtMs - asked.startedAtMs
}
