import { disagreements } from './disagreements.ts'
import type { Sight } from './look.ts'
import { isSameRouter } from './named-routers.ts'
import type { FleetRow, RouterRow, StatusWarning } from './status-document.ts'
import { counted, namesOf } from './words.ts'
import type { WorkerRow } from './worker-row.ts'

/** What warnings are made from. */
export interface StatusParts {
  readonly sight: Pick<Sight, 'engine'>
  readonly router: RouterRow
  readonly fleets: readonly FleetRow[]
  readonly workers: readonly WorkerRow[]
}

/** Everything that is not as it should be, beside what the rows say themselves. */
export function statusWarnings(parts: StatusParts): readonly StatusWarning[] {
  const { sight, router, fleets, workers } = parts
  return [
    ...routerWarnings(router),
    ...otherRouters(router, workers),
    ...engineWarnings(sight),
    ...fleets.flatMap(fleetWarnings),
    ...disagreements(router, workers),
  ]
}

function routerWarnings({ url, reachable, reason, hint }: RouterRow): StatusWarning[] {
  if (url === null) return [noRouter]
  if (reachable === true) return []
  return [{ code: 'ROUTER_UNREACHABLE', message: sentences(`The router ${url} cannot be asked: ${reason}`, hint) }]
}

const noRouter = {
  code: 'NO_ROUTER',
  message:
    'The router is not known: no worker here names it. Give --router-url, set AUXOT_ROUTER_URL, or "routerUrl" in config.json.',
}

/** The totals are those of one router. */
function otherRouters({ url }: RouterRow, workers: readonly WorkerRow[]): StatusWarning[] {
  if (url === null) return []
  const elsewhere = workers.filter(({ router }) => router !== null && !isSameRouter(router, url))
  const routers = [...new Set(elsewhere.flatMap(({ router }) => router ?? []))]
  return routers.map((router) => {
    const there = elsewhere.filter((worker) => worker.router === router)
    const are = there.length === 1 ? 'is' : 'are'
    return {
      code: 'OTHER_ROUTER',
      message: `${namesOf(there)} ${are} at another router, ${router}; the totals are those of ${url}.`,
    }
  })
}

function engineWarnings({ engine }: Pick<Sight, 'engine'>): StatusWarning[] {
  if (engine.kind !== 'unusable') return []
  const { message, hint } = engine.error
  return [{ code: 'ENGINE_UNUSABLE', message: sentences(`Workers in containers are not known: ${message}`, hint) }]
}

/** A fleet with more members than were wanted is being changed. */
function fleetWarnings({ name, desired, actual }: FleetRow): StatusWarning[] {
  if (desired === null || actual === null || actual >= desired) return []
  const option = name === 'default' ? '' : ` --fleet ${name}`
  const message = `The fleet "${name}" was made to have ${counted(desired, 'worker')} and has ${actual}; "auxot worker scale ${desired}${option}" brings it back to that.`
  return [{ code: 'FLEET_INCOMPLETE', message }]
}

function sentences(message: string, hint: string | undefined): string {
  const first = /[.?!]$/.test(message) ? message : `${message}.`
  return hint ? `${first} ${hint}` : first
}
