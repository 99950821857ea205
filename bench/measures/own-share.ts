import { decodeRouterMessage, encodeRouterMessage } from '../../src/protocol/codec.ts'
import { sessionFile } from '../../src/worker/claude/conversation.ts'
import { conversationKey, setupKeyOf } from '../../src/worker/claude/fingerprint.ts'
import { encodeFrames, questionFrame } from '../../src/worker/claude/frames.ts'
import { planTurn } from '../../src/worker/jobs/plan-turn.ts'
import type { Bench } from '../support/bench.ts'
import { Conversation } from '../support/conversation.ts'
import { type Measure, Readings, type Series } from '../support/measure.ts'
import { inRounds } from '../support/rounds.ts'

/** Messages of history. */
const lengths = [0, 60, 200]

/** Where the worker's own part of a job goes. */
export const ownShare: Measure = {
  name: 'own-share',
  about: "the worker's own steps from the job's frame to Claude Code's, in this process",
  run,
}

async function run(bench: Bench): Promise<readonly Series[]> {
  const readings = new Readings()
  await inRounds(bench, async ({ isWarmUp }) => {
    for (const length of lengths) {
      const steps = timeSteps(length)
      if (isWarmUp) continue
      for (const [step, ms] of Object.entries(steps)) {
        readings.add({ id: `own/${step}/${length}`, what: `${length} messages: ${step}` }, ms)
      }
    }
  })
  return readings.series
}

function timeSteps(length: number): Record<string, number> {
  const job = new Conversation({ withTools: true }).past(length).asks().job
  const text = encodeRouterMessage({ type: 'job', job_id: 'timed', ...job })
  const times: Record<string, number> = {}
  const time = <T>(step: string, act: () => T): T => {
    const startedAtMs = performance.now()
    const value = act()
    times[step] = performance.now() - startedAtMs
    return value
  }
  const decoded = time('decode', () => decodeRouterMessage(text))
  if (decoded.kind !== 'message' || decoded.message.type !== 'job') throw new Error('the job was not read')
  const { message } = decoded
  const { turn } = time('plan', () => {
    return planTurn(message, { policy: undefined, settings: { defaultModel: 'sonnet', builtinTools: [] } })
  })
  time('fingerprint', () => [conversationKey(turn.history), setupKeyOf(turn)])
  time('session-file', () => sessionFile(turn.history, 0))
  time('question', () => encodeFrames([questionFrame(turn.prompt)]))
  return times
}
