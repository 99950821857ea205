import { printable } from '../../printable.ts'
import { clockSeconds } from './clock-time.ts'
import type { StatusDocument } from './status-document.ts'
import { routerWords, stateWords } from './status-text.ts'
import type { WorkerRow } from './worker-row.ts'

/** What is different from the look before, a line for each. Without one before, everything is. */
export function statusChanges(before: StatusDocument | undefined, now: StatusDocument): string[] {
  const time = clockSeconds(now.time)
  const changes = [...routerChange(before, now), ...workerChanges(before, now)]
  return changes.map((change) => printable(`${time} ${change}`))
}

function routerChange(before: StatusDocument | undefined, { router }: StatusDocument): string[] {
  const isSame = before?.router.url === router.url && before.router.reachable === router.reachable
  return isSame ? [] : [`router ${routerWords(router)}`]
}

function workerChanges(before: StatusDocument | undefined, now: StatusDocument): string[] {
  if (now.workers.length === 0 && (before === undefined || before.workers.length > 0)) {
    return [...goneOf(before, now), 'no workers']
  }
  const changed = now.workers.flatMap((worker) => changeOf(rowLike(worker, before), worker, now))
  return [...goneOf(before, now), ...changed]
}

function goneOf(before: StatusDocument | undefined, now: StatusDocument): string[] {
  const gone = before?.workers.filter((worker) => rowLike(worker, now) === undefined) ?? []
  return gone.map(({ id, state }) => `${id} ${state} → gone`)
}

/** The same worker: another container of the same name is another. */
function rowLike({ id, container }: WorkerRow, document: StatusDocument | undefined): WorkerRow | undefined {
  return document?.workers.find((worker) => worker.id === id && worker.container === container)
}

function changeOf(before: WorkerRow | undefined, now: WorkerRow, { time }: StatusDocument): string[] {
  const words = stateWords(now, Date.parse(time))
  if (!before) return [`${now.id} ${words}${aside(now)}`]
  if (before.state !== now.state) return [`${now.id} ${before.state} → ${words}${aside(now)}`]
  const isSame = jobsOf(before) === jobsOf(now) && before.reason === now.reason && before.until === now.until
  return isSame ? [] : [`${now.id} ${words}${aside(now)}`]
}

/** The jobs in hand, or why it is not ready. */
function aside({ running, reason, state }: WorkerRow): string {
  if (running.length > 0) return ` (${running.length === 1 ? 'job' : 'jobs'} ${running.map(({ id }) => id).join(', ')})`
  return reason === undefined || state === 'idle' ? '' : ` (${reason})`
}

function jobsOf({ running }: WorkerRow): string {
  return running.map(({ id }) => id).join(' ')
}
