import { reachFailure, tlsHint } from '../../protocol/reach-failure.ts'
import type { Route } from './dial.ts'
import type { LinkFailure } from './link-handlers.ts'
import type { SocketEnd } from './router-socket.ts'

type Told = Pick<LinkFailure, 'reason' | 'hint'>

const isThisIt = 'Is this the router? Check AUXOT_ROUTER_URL.'

/** Why no socket to the router could be opened, in words that lead out of it. */
export function dialFailure(end: SocketEnd, { address, proxy }: Route): LinkFailure {
  const wasReached = proxy === undefined || end.proxyStatus === 200
  if (wasReached && end.answer) return { kind: 'rejected', ...answerFailure(end.answer, address.socket) }
  return { kind: 'unreachable', ...reachFailure(end, { address, proxy }) }
}

function answerFailure({ status, location }: NonNullable<SocketEnd['answer']>, target: URL): Told {
  const answered = `${target.href} answered ${status}`
  if (status === 404) return { reason: `${answered}: there is no worker socket`, hint: isThisIt }
  if (status >= 300 && status < 400 && location) {
    return {
      reason: `${answered}: it redirects`,
      hint: `The router may be at ${redirectTarget(location, target)}. Check AUXOT_ROUTER_URL.`,
    }
  }
  if (status === 400 && target.protocol === 'ws:') return { reason: answered, hint: tlsHint(target) }
  if (status < 500) return { reason: `${answered} instead of a WebSocket`, hint: isThisIt }
  return { reason: answered }
}

/** The host alone: paths of redirects may carry anything. */
function redirectTarget(location: string, from: URL): string {
  return URL.parse(location, from.href.replace(/^ws/, 'http'))?.origin ?? 'another address'
}
