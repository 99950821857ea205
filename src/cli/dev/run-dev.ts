import type { Environment } from '../../settings/environment.ts'
import { systemClock } from '../../shared/clock.ts'
import { exitCodes } from '../../shared/exit-codes.ts'
import { StopRequests } from '../../worker/stop-requests.ts'
import { listenForStopSignals } from '../../worker/stop-signals.ts'
import type { WorkerEvent } from '../../worker/worker-events.ts'
import { openOutput, printLine, tellLine } from '../open-output.ts'
import { runSteps } from '../steps.ts'
import { answerPrompt } from './answer-prompt.ts'
import { bannerFrom, readyDocument } from './banner.ts'
import { DevSession } from './dev-session.ts'
import type { ResolvedDev } from './resolve-dev.ts'

/** Starts everything, then answers the one prompt, or stays up until it is stopped. */
export async function runDev(dev: ResolvedDev, env: Environment): Promise<void> {
  const { values, sources } = dev.settings
  const single = values.prompt !== undefined
  // A newcomer's first look: the log speaks up only when something is wrong, unless it was asked to say more.
  const choice = sources.logLevel === 'default' && single ? { ...values, logLevel: 'warn' as const } : values
  const { log, onEvent, isTerminal, colour } = openOutput(choice, dev.credential ? [dev.credential.secret] : [], env)
  const stop = new StopRequests()
  using _signals = listenForStopSignals(stop, { emitter: process, clock: systemClock, log })
  let up = false
  const whenUp = (event: WorkerEvent) => {
    if (up && !single) onEvent(event)
  }
  await using session = new DevSession(dev, { env, log, stop, onEvent: whenUp })
  const quiet = values.quiet || values.json
  await runSteps(session.steps, { live: isTerminal, quiet, colour, write: tellLine, now: systemClock.now })
  up = true
  // Awaited here: the session ends with this function.
  if (values.prompt !== undefined) return await answerPrompt(session, values.prompt, { json: values.json, quiet })
  if (values.json) printLine(JSON.stringify(readyDocument(session.reach)))
  else printLine(bannerFrom(session.reach))
  const { exit, error } = await session.ended()
  process.exitCode = exitCodes[exit].code
  if (error) throw error
}
