import { exitCodes } from '../../shared/exit-codes.ts'
import type { StopRequests, StopStep } from '../stop-requests.ts'
import type { WorkerView } from '../worker-view.ts'
import { type ControlAnswer, type ControlRefusal, type ControlRequest, controlRequest } from './control-request.ts'
import type { StatusReport } from './status-report.ts'

/** What requests are about. */
export interface ControlledWorker {
  readonly worker: { readonly view: WorkerView; retryNow(): boolean }
  readonly stop: StopRequests
  readonly report: () => StatusReport
}

/**
 * Does what one line asks for, and answers it. All of it happens in one go: between the look whether a job is in hand and the
 * decision to leave there is no moment in which one could come.
 */
export function answerRequest(line: string, controlled: ControlledWorker): ControlAnswer {
  const request = requestFrom(line)
  if ('schema' in request) return request
  if (request.op === 'status') return controlled.report()
  const accepted = carryOut(request, controlled)
  const { state, running } = controlled.report()
  return { schema: 'auxot.worker.decision/v1', op: request.op, accepted, state, running }
}

function carryOut(request: Exclude<ControlRequest, { op: 'status' }>, { worker, stop }: ControlledWorker): boolean {
  switch (request.op) {
    case 'retry':
      return worker.retryNow()
    case 'drain':
      if (request.ifIdle && worker.view.jobsInHand > 0) return false
      return leave(stop, 'drain', 'worker drain')
    case 'stop':
      return request.force ? leave(stop, 'cancel', 'worker stop --force') : leave(stop, 'finish', 'worker stop')
  }
}

/** Accepted too where the worker is leaving already. */
function leave(stop: StopRequests, step: StopStep, by: string): true {
  stop.ask(step, { by, exit: 'terminated' })
  return true
}

function requestFrom(line: string): ControlRequest | ControlRefusal {
  const read = controlRequest.safeParse(jsonFrom(line))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  return refusal(`The request cannot be understood: ${where}${issue?.message ?? 'it is no JSON'}.`)
}

function jsonFrom(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The answer to what is no request. */
export function refusal(message: string): ControlRefusal {
  const error = { code: 'USAGE', message, exitCode: exitCodes.usage.code, retryable: false } as const
  return { schema: 'auxot.error/v1', error }
}
