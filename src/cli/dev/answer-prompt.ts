import { systemClock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import { printLine, tellLine } from '../open-output.ts'
import { type Answer, askRouter } from './ask-router.ts'
import type { DevSession } from './dev-session.ts'
import { stoppedEarly } from './stopped-early.ts'

/** How the answer is shown. */
export interface AnswerDisplay {
  readonly json: boolean
  readonly quiet: boolean
}

/** Sends one request to the session's router and streams the answer to stdout, token by token. */
export async function answerPrompt(session: DevSession, prompt: string, { json, quiet }: AnswerDisplay): Promise<void> {
  const startedMs = systemClock.now()
  const onText = (text: string) => {
    if (!json) process.stdout.write(text)
  }
  const answer = await ask(session, prompt, onText)
  const durationMs = systemClock.now() - startedMs
  if (json) return printLine(JSON.stringify(answerDocument(answer, session, durationMs)))
  if (!answer.text.endsWith('\n')) printLine('')
  const { usage } = answer
  const tokens = usage ? `: ${usage.inputTokens} tokens in, ${usage.outputTokens} out` : ''
  if (!quiet) tellLine(`+ answered by ${session.reach.answeredBy} in ${formatDuration(durationMs)}${tokens}`)
}

/** The answer as scripts read it, `auxot.dev.answer/v1`. */
function answerDocument({ text, finishReason, usage }: Answer, { reach }: DevSession, durationMs: number) {
  const { model, answeredBy } = reach
  return { schema: 'auxot.dev.answer/v1', text, finishReason, usage, model, answeredBy, durationMs }
}

/** The worker may leave before it answers: then nobody would, and the reason it left for is what there is to say. */
async function ask(session: DevSession, prompt: string, onText: (text: string) => void): Promise<Answer> {
  const left = new AbortController()
  const noticed = session.leftWithoutAnswer().then((error) => error && left.abort(error))
  try {
    return await askRouter({ ...session.reach, prompt }, onText, left.signal)
  } catch (error) {
    if (left.signal.aborted) throw left.signal.reason
    const { exit, error: reason } = await session.leave()
    throw reason ?? (exit === 'done' ? error : stoppedEarly(exit))
  } finally {
    await session.leave()
    await noticed
  }
}
