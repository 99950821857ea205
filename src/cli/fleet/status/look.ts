import { parseRouterUrl, type RouterAddress } from '../../../protocol/router-url.ts'
import type { RouterAnswer } from '../../../router/router-client.ts'
import type { Clock } from '../../../shared/clock.ts'
import { type WhereToLook, type WorkersHere, workersHere } from '../workers-here.ts'
import { routersNamed } from './named-routers.ts'

/** Who is asked. */
export interface StatusSources extends WhereToLook {
  /** The router that was named; that of the workers when absent. */
  readonly routerUrl?: RouterAddress | undefined
  readonly askRouter: (address: RouterAddress) => Promise<RouterAnswer>
}

/** Everything that was found at one moment. */
export interface Sight extends WorkersHere {
  /** Absent where nobody named one. */
  readonly router?: { readonly address: RouterAddress; readonly answer: RouterAnswer } | undefined
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** One look at the router, the workers in the foreground and the engine, all at once. None of them makes it fail. */
export async function look(sources: StatusSources, clock: Pick<Clock, 'now'>): Promise<Sight> {
  const { routerUrl, askRouter } = sources
  const early = routerUrl && askRouter(routerUrl)
  const here = await workersHere(sources)
  const address = routerUrl ?? routersNamed(here).map(parseRouterUrl)[0]
  if (!address) return { ...here, atMs: clock.now() }
  const answer = await (early ?? askRouter(address))
  return { ...here, router: { address, answer }, atMs: clock.now() }
}
