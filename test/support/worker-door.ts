import type { WorkerState } from '../../src/protocol/worker-state.ts'
import { askWorker, findWorkers } from '../../src/worker/control/control-client.ts'
import type { ControlAnswer, ControlRequest } from '../../src/worker/control/control-request.ts'
import type { ReportedJob, StatusReport } from '../../src/worker/control/status-report.ts'
import type { House } from './house.ts'
import { expectDocument } from './json-documents.ts'
import { samplesOf } from './prometheus-text.ts'
import type { WorkerOnTrial } from './worker-on-trial.ts'

/** Health on any free port. */
export const anyPort = { host: '127.0.0.1', port: 0 } as const

/** What a worker answers to a request that changes something. */
interface Decision {
  readonly accepted: boolean
  readonly state: WorkerState
  readonly running: readonly ReportedJob[]
}

/** The control sockets of a house's workers. */
export async function socketsIn({ folder }: House): Promise<string[]> {
  return (await findWorkers()).map(({ path }) => path).filter((path) => path.startsWith(folder))
}

/** Asks the house's one worker, through its control socket. Every answer is checked against its schema. */
async function askAtDoor(house: House, request: ControlRequest): Promise<ControlAnswer> {
  const [path] = await socketsIn(house)
  if (path === undefined) throw new Error('the worker has no control socket')
  const reply = await askWorker({ path, pid: process.pid }, request, { limitMs: 10_000 })
  if (!reply || 'problem' in reply) throw new Error(`the worker did not answer: ${reply?.problem ?? 'it is gone'}`)
  expectDocument(reply.answer, reply.answer.schema)
  return reply.answer
}

/** How the worker is, as its control socket says. */
export async function statusOf(house: House): Promise<StatusReport> {
  const answer = await askAtDoor(house, { op: 'status' })
  if (answer.schema !== 'auxot.worker.report/v1') throw new Error(`no report: ${JSON.stringify(answer)}`)
  return answer
}

/** What the worker decides when it is asked to leave or to try again. */
export async function decisionOf(house: House, request: Exclude<ControlRequest, { op: 'status' }>): Promise<Decision> {
  const answer = await askAtDoor(house, request)
  if (answer.schema !== 'auxot.worker.decision/v1') throw new Error(`no decision: ${JSON.stringify(answer)}`)
  return answer
}

/** Where the worker serves its health. */
export function healthUrl({ log }: WorkerOnTrial): string {
  const line = log.lines.find(({ sentence }) => sentence?.startsWith('health is served at '))
  if (!line) throw new Error('the worker does not say where it serves health')
  return `${line.sentence}`.replace('health is served at ', '')
}

/** The answer to GET. The connection is not kept. */
export async function getHealth(worker: WorkerOnTrial, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${healthUrl(worker)}${path}`, { headers: { connection: 'close' } })
  return { status: response.status, body: await response.text() }
}

/** All samples that Prometheus would get. */
export async function metricsOf(worker: WorkerOnTrial): Promise<Map<string, number>> {
  return samplesOf((await getHealth(worker, '/metrics')).body)
}
