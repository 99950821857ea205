import { formatDuration } from '../../../shared/duration.ts'
import { columns } from '../../columns.ts'
import { printable } from '../../printable.ts'
import { clockTime } from './clock-time.ts'
import { paintState } from './paint-state.ts'
import type { FleetRow, RouterRow, StatusDocument } from './status-document.ts'
import { counted } from './words.ts'
import type { WorkerRow } from './worker-row.ts'

/** The status as people read it; the warnings are said apart. */
export function statusText(document: StatusDocument, colour: boolean): string {
  const { router, fleets, workers } = document
  const head = columns([['router', routerWords(router)], ...fleets.map((fleet) => ['fleet', fleetWords(fleet)])])
  const body = workers.length === 0 ? emptyWords(document) : table(document, colour)
  const reasons = workers.flatMap(reasonLine)
  return [head, '', body, ...(reasons.length === 0 ? [] : ['', ...reasons])].join('\n')
}

/** `https://router.example.com: 5 workers, 2 of 6 slots busy, 4 available` */
export function routerWords({ url, reachable, reason, workers, slots, busy, available }: RouterRow): string {
  if (url === null) return 'not known'
  if (reachable !== true) return printable(`${url}: not reachable: ${reason}`)
  return `${url}: ${counted(workers, 'worker')}, ${busy ?? '?'} of ${counted(slots, 'slot')} busy, ${available ?? '?'} available`
}

function fleetWords({ name, backend, desired, actual, ready, outdated }: FleetRow): string {
  const old = outdated ? `, ${outdated} outdated` : ''
  return `${name} (${backend}): ${actual} of ${counted(desired, 'worker')}, ${ready} ready${old}`
}

function emptyWords({ fleet, fleets }: StatusDocument): string {
  if (fleet.actual === null) return 'No worker was found outside of containers, and those in containers are not known.'
  if (fleets.length === 1 || fleet.name !== 'default') {
    const option = fleet.name === 'default' ? '' : ` --fleet ${fleet.name}`
    return `The fleet "${fleet.name}" has no workers. "auxot worker scale 2${option}" starts two.`
  }
  return 'No worker was found on this host. "auxot worker start" starts one in the foreground, "auxot worker scale 2" two in containers.'
}

const titles = ['WORKER', 'STATE', 'JOB', 'SINCE', 'DONE', 'FAILED', 'VERSION', 'UP TO DATE', 'RATE LIMIT']
const stateColumn = titles.indexOf('STATE')

function table({ workers, time }: StatusDocument, colour: boolean): string {
  const nowMs = Date.parse(time)
  const rows = workers.map((worker) => cellsOf(worker, nowMs).map(printable))
  return columns([titles, ...rows], (cell, { row, column }) => {
    const worker = workers[row - 1]
    return colour && worker && column === stateColumn ? paintState(cell, worker.state) : cell
  })
}

function cellsOf(worker: WorkerRow, nowMs: number): string[] {
  const { id, jobs, version, upToDate } = worker
  return [
    id,
    stateWords(worker, nowMs),
    jobWords(worker),
    sinceWords(worker, nowMs),
    `${jobs?.completed ?? '–'}`,
    `${jobs?.failed ?? '–'}`,
    version ?? '–',
    upToDate === null ? '–' : upToDate ? 'yes' : 'no',
    limitWords(worker, nowMs),
  ]
}

/** `rate_limited until 14:00` */
export function stateWords({ state, until }: Pick<WorkerRow, 'state' | 'until'>, nowMs: number): string {
  return until === undefined ? state : `${state} until ${clockTime(until, nowMs)}`
}

/** A job and how many there are beside it. */
function jobWords({ job, running }: Pick<WorkerRow, 'job' | 'running'>): string {
  if (!job) return '–'
  return running.length > 1 ? `${job.id} +${running.length - 1}` : job.id
}

/** Of the job where there is one, else of the state. */
function sinceWords({ job, since }: WorkerRow, nowMs: number): string {
  if (job) return formatDuration(job.elapsedMs)
  return since === undefined ? '–' : formatDuration(Math.max(0, nowMs - Date.parse(since)))
}

const limits: Readonly<Record<string, string>> = { allowed: 'no', allowed_warning: 'near', rejected: 'reached' }

/** The last that was heard of the subscription; what has been reset since then says nothing any more. */
function limitWords({ claude: { rateLimit } }: WorkerRow, nowMs: number): string {
  if (!rateLimit) return '–'
  const { status, resetsAt } = rateLimit
  const word = limits[status] ?? status
  if (resetsAt === undefined || status === 'allowed') return word
  return Date.parse(resetsAt) <= nowMs ? '–' : `${word}, resets ${clockTime(resetsAt, nowMs)}`
}

/** Why a worker that is not ready is not. */
function reasonLine({ id, state, reason }: WorkerRow): string[] {
  if (reason === undefined || state === 'idle' || state === 'busy') return []
  return [printable(`${id} is ${state}: ${reason}`)]
}
