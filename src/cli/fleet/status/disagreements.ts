import { isReady } from '../../../fleet/member.ts'
import { isSameRouter } from './named-routers.ts'
import type { RouterRow, StatusDocument, StatusWarning } from './status-document.ts'
import { counted, namesOf } from './words.ts'
import type { WorkerRow } from './worker-row.ts'

/** What may be a matter of a moment: router and workers are not asked at the very same one. */
const momentary = ['ROUTER_COUNTS_FEWER_WORKERS', 'ROUTER_COUNTS_FEWER_SLOTS', 'WORKERS_CANNOT_CONNECT']

/**
 * Where router and workers contradict each other. A router may have workers on other hosts, so that it counts more is none; that it
 * counts fewer than say that they are ready is one, and so is that it can be reached from here and not by a worker.
 */
export function disagreements(router: RouterRow, workers: readonly WorkerRow[]): StatusWarning[] {
  const { url, reachable } = router
  if (url === null) return []
  const there = workers.filter((worker) => worker.router !== null && isSameRouter(worker.router, url))
  const ready = there.filter(isReady)
  if (reachable !== true) return onlyFromHere(router, ready)
  const fewer = fewerWorkers(router, ready)
  return [...(fewer.length > 0 ? fewer : fewerSlots(router, ready)), ...cannotConnect(router, there)]
}

/** The document without disagreements that an earlier look did not see: those may be a matter of the moment. */
export function confirmedBy(earlier: StatusDocument | undefined, document: StatusDocument): StatusDocument {
  const seen = earlier?.warnings.map(({ code }) => code) ?? []
  return {
    ...document,
    warnings: document.warnings.filter(({ code }) => !momentary.includes(code) || seen.includes(code)),
  }
}

/** Whether a second look is needed to be sure. */
export function needsConfirmation({ warnings }: StatusDocument): boolean {
  return warnings.some(({ code }) => momentary.includes(code))
}

function onlyFromHere({ url }: RouterRow, ready: readonly WorkerRow[]): StatusWarning[] {
  if (ready.length === 0) return []
  const message = `${namesOf(ready)} ${ready.length === 1 ? 'is' : 'are'} connected to ${url} all the same: it is only from here that it cannot be asked.`
  return [{ code: 'ROUTER_UNREACHABLE_FROM_HERE', message }]
}

function fewerWorkers({ url, workers }: RouterRow, ready: readonly WorkerRow[]): StatusWarning[] {
  if (workers === null || workers >= ready.length) return []
  const message = `The router ${url} counts ${counted(workers, 'worker')}, but ${ready.length} here say that they are ready at it: ${namesOf(ready)}.`
  return [{ code: 'ROUTER_COUNTS_FEWER_WORKERS', message }]
}

function fewerSlots({ url, slots }: RouterRow, ready: readonly WorkerRow[]): StatusWarning[] {
  const here = ready.reduce((sum, worker) => sum + (worker.slots?.total ?? 0), 0)
  if (slots === null || slots >= here) return []
  const message = `The router ${url} counts ${counted(slots, 'slot')}, but the workers that are ready here have ${here}.`
  return [{ code: 'ROUTER_COUNTS_FEWER_SLOTS', message }]
}

function cannotConnect({ url }: RouterRow, there: readonly WorkerRow[]): StatusWarning[] {
  const lost = there.filter(({ state }) => state === 'reconnecting')
  if (lost.length === 0) return []
  const message = `The router ${url} answers from here, but ${namesOf(lost)} cannot connect to it.`
  return [{ code: 'WORKERS_CANNOT_CONNECT', message }]
}
