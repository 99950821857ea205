import { isLoopback, parseRouterUrl } from '../../../protocol/router-url.ts'
import { hostFromInside } from '../scale/from-inside.ts'
import type { WorkersHere } from '../workers-here.ts'

/** The routers that the workers here say they are at, each once, as they are reached from here. */
export function routersNamed({ fleets, local }: Pick<WorkersHere, 'fleets' | 'local'>): readonly string[] {
  const inside = fleets.flatMap(({ members }) => members.flatMap(({ report }) => report ?? []))
  const outside = local.flatMap(({ report }) => report ?? [])
  return [...new Set([...inside, ...outside].map(({ router }) => routerFromHere(router)))]
}

/** A router's origin, as a worker has it, for those outside of containers. */
function routerFromHere(origin: string): string {
  const url = URL.parse(origin)
  if (url?.hostname !== hostFromInside) return origin
  url.hostname = 'localhost'
  return url.origin
}

/** Whether two origins are those of one router: this machine has several names. */
export function isSameRouter(one: string, other: string): boolean {
  const [a, b] = [placeOf(one), placeOf(other)]
  return a !== undefined && a === b
}

function placeOf(origin: string): string | undefined {
  const { http } = parseRouterUrl(routerFromHere(origin))
  return isLoopback(http.hostname) ? `${http.protocol}//this machine:${http.port}` : http.origin
}
