import { decodeControlAnswer, type WorkerDecision, type WorkerReport } from '../../../protocol/control-answers.ts'
import type { MemberRequest } from '../../fleet-backend.ts'
import type { RunInside } from './run-inside.ts'

/** The image's own program for speaking with the worker beside it. It becomes the worker's user by itself. */
const program = 'auxot-control'
const askLimitMs = 5_000

/** Asks the worker in a container, through its control socket. Undefined where nobody answers. */
async function ask(inside: RunInside, request: MemberRequest | { readonly op: 'status' }) {
  const command = [program, JSON.stringify(request)]
  try {
    const limit = AbortSignal.timeout(askLimitMs)
    const { output } = await inside(command, limit)
    return decodeControlAnswer(output)
  } catch (error) {
    if (isNobodyThere(error)) return undefined
    throw error
  }
}

/** What the worker says of itself. */
export async function askReport(inside: RunInside): Promise<WorkerReport | undefined> {
  const answer = await ask(inside, { op: 'status' })
  return answer?.schema === 'auxot.worker.report/v1' ? answer : undefined
}

/** What the worker decides. */
export async function askDecision(inside: RunInside, request: MemberRequest): Promise<WorkerDecision | undefined> {
  const answer = await ask(inside, request)
  return answer?.schema === 'auxot.worker.decision/v1' ? answer : undefined
}

/** Waits inside the container until the worker says that it is in one of the states. Undefined where the time was over, or it ended. */
export async function awaitState(
  inside: RunInside,
  { states, limitS }: { readonly states: readonly string[]; readonly limitS: number },
  signal: AbortSignal,
): Promise<WorkerReport | undefined> {
  const command = [program, 'wait', `${limitS}`, ...states]
  try {
    const { output } = await inside(command, signal)
    const answer = decodeControlAnswer(output)
    return answer?.schema === 'auxot.worker.report/v1' ? answer : undefined
  } catch (error) {
    if (isNobodyThere(error) && !signal.aborted) return undefined
    throw error
  }
}

/**
 * The container is not running (409; 500 where it ended in that moment, and Podman's for any that has ended), is gone (404), or said
 * nothing in time.
 */
function isNobodyThere(error: unknown): boolean {
  const { statusCode, name, message = '' } = error as { statusCode?: number; name?: string; message?: string }
  const isOver =
    statusCode === 404 ||
    statusCode === 409 ||
    (statusCode === 500 && /is not running|container state improper/i.test(message))
  return isOver || name === 'TimeoutError' || name === 'AbortError'
}
