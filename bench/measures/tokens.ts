import { type EchoModel, startEchoModel } from '../../src/dev/echo-model.ts'
import { askBare } from '../support/ask-bare.ts'
import { BareClaude, type BareFrame } from '../support/bare-claude.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { burstTokens, PacedAnswer, pacedTokens, TokenReadings } from '../support/paced-answer.ts'
import { inRounds } from '../support/rounds.ts'
import { serveJob } from '../support/serve-job.ts'
import { turnFrom } from '../support/turn-from.ts'
import { restMs, untilIdle } from '../support/until-idle.ts'
import { WorkerStack } from '../support/worker-stack.ts'

const ways = { bare: "Claude Code's stdout, driven bare", worker: 'the router' }

/** What becomes of the model's tokens on their way. */
export const tokens: Measure = {
  name: 'tokens',
  about: 'token written by the model → token at the router, and at the stdout of a bare process',
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await using model = await startEchoModel({ keepRequests: 20 })
  await using worker = await WorkerStack.start(bench, model.url)
  await inRounds(bench, async ({ isWarmUp }) => {
    await using claude = await BareClaude.start(bench, model.url)
    await untilIdle([worker, claude], restMs)
    const delays = { bare: await delaysBare(claude, model), worker: await delaysThrough(worker, model) }
    if (isWarmUp) return
    for (const way of Object.keys(ways) as (keyof typeof ways)[]) note(readings, way, delays[way])
  })
  return readings.series
}

interface Delays {
  readonly all: readonly number[]
  /** From the first written to the last read. */
  readonly burstMs: number
}

function note(readings: Readings, way: keyof typeof ways, { all, burstMs }: Delays): void {
  const to = ways[way]
  readings.add({ id: `tokens/first/${way}`, what: `first token → ${to}` }, all[0] ?? 0)
  for (const delayMs of all.slice(1, pacedTokens)) {
    readings.add({ id: `tokens/paced/${way}`, what: `a token every 4 ms: each → ${to}` }, delayMs)
  }
  readings.add(
    { id: `tokens/burst/${way}`, what: `${burstTokens} tokens at once → ${to}, for each of them` },
    burstMs / burstTokens,
  )
}

async function delaysBare(claude: BareClaude, model: EchoModel): Promise<Delays> {
  const answer = new PacedAnswer()
  const read = new TokenReadings()
  model.script(answer.reply)
  await askBare(claude, turnFrom(new Conversation().asks().job))
  await model.nextRequest()
  for (let text = ''; read.readAtMs.length < pacedTokens + burstTokens; ) {
    const frame = await claude.next(({ type }) => type === 'stream_event', 'a token')
    text = textOf(frame)
    if (text !== '') read.read(text, frame.atMs)
  }
  await claude.result()
  return delaysOf(answer, read)
}

async function delaysThrough({ router }: WorkerStack, model: EchoModel): Promise<Delays> {
  const answer = new PacedAnswer()
  const read = new TokenReadings()
  model.script(answer.reply)
  const { jobId } = await serveJob(router, model, new Conversation().asks().job)
  for (const { message, receivedAtMs } of router.received) {
    if (message.type === 'token' && message.job_id === jobId) read.read(message.token, receivedAtMs)
  }
  return delaysOf(answer, read)
}

function delaysOf(answer: PacedAnswer, read: TokenReadings): Delays {
  const burstMs = (read.readAtMs.at(-1) ?? 0) - (answer.writtenAtMs[pacedTokens] ?? 0)
  return { all: answer.delaysTo(read), burstMs }
}

function textOf(frame: BareFrame): string {
  const { delta } = frame.event as { delta?: { text?: string } }
  return delta?.text ?? ''
}
