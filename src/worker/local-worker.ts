import { basename } from 'node:path'
import { controlAnswerFrom, type WorkerDecision, type WorkerReport } from '../protocol/control-answers.ts'
import { type Clock, systemClock } from '../shared/clock.ts'
import { isAlive } from '../shared/is-alive.ts'
import { askWorker, askWorkers, type WorkerReply } from './control/control-client.ts'
import type { ControlRequest } from './control/control-request.ts'
import { isListening } from './control/socket-file.ts'

/** A worker of this user that runs on this host, outside of containers. */
export interface LocalWorker {
  /** `pid-1234`; a process's second worker is `pid-1234-2`. */
  readonly name: string
  readonly pid: number
  /** Its control socket. */
  readonly path: string
  /** What it says itself; absent where it gave no answer. */
  readonly report?: WorkerReport | undefined
  /** Why it gave none. */
  readonly problem?: string | undefined
}

/** How often is looked whether a worker has ended. */
const lookEveryMs = 100
/** A worker that has left the router may take so long to end the last of Claude Code. */
const settlingMs = 15_000

/** The workers of this user on this host, as they say themselves. */
export async function localWorkers(runtimeDir: string | undefined): Promise<readonly LocalWorker[]> {
  const replies = await askWorkers({ op: 'status' }, { runtimeDir })
  return replies.map(workerFrom).sort((a, b) => a.pid - b.pid || a.name.length - b.name.length)
}

/** Asks one of them to leave. Undefined where it has left; what it does not understand or answer is a problem. */
export async function askLocalWorker(
  { path, pid }: LocalWorker,
  request: Exclude<ControlRequest, { op: 'status' }>,
): Promise<WorkerDecision | { readonly problem: string } | undefined> {
  const reply = await askWorker({ path, pid }, request)
  if (!reply || 'problem' in reply) return reply
  if (reply.answer.schema === 'auxot.error/v1') return { problem: reply.answer.error.message }
  const answer = controlAnswerFrom(reply.answer)
  return answer?.schema === 'auxot.worker.decision/v1' ? answer : { problem: noAnswer }
}

/** Resolves when a worker has left and its process has ended. Rejects with the signal's reason when it aborts first. */
export async function untilLocalWorkerEnded(
  { path, pid }: LocalWorker,
  { clock = systemClock, signal }: { readonly clock?: Clock; readonly signal: AbortSignal },
): Promise<void> {
  let leftAtMs: number | undefined
  for (;;) {
    leftAtMs = (await isListening(path)) ? undefined : (leftAtMs ?? clock.now())
    // The process may go on without: it can have another worker, or something else to do.
    if (leftAtMs !== undefined && (!isAlive(pid) || clock.now() - leftAtMs >= settlingMs)) return
    await clock.sleep(lookEveryMs, signal)
  }
}

const noAnswer = 'Its answer cannot be understood.'

function workerFrom(reply: WorkerReply): LocalWorker {
  const { path, pid } = reply
  const worker = { name: `pid-${basename(path, '.sock')}`, pid, path }
  if ('problem' in reply) return { ...worker, problem: reply.problem }
  const report = controlAnswerFrom(reply.answer)
  return report?.schema === 'auxot.worker.report/v1' ? { ...worker, report } : { ...worker, problem: noAnswer }
}
