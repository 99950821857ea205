import type { AuxotError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import type { Route } from './dial.ts'
import { dialFailure } from './dial-failure.ts'
import type { LinkFailure } from './link-handlers.ts'
import { isAuthenticationFailure, KeyRefusedError, quoted } from './refusal.ts'
import type { SocketEnd } from './router-socket.ts'

/** How a connection ended: it may be tried again, or the router will not have this worker. */
export type ConnectionEnd =
  | { readonly kind: 'lost'; readonly failure: LinkFailure }
  | { readonly kind: 'refused'; readonly error: AuxotError }

/** What is needed to judge the end of a socket. */
export interface EndContext {
  readonly route: Route
  readonly key: Secret
  /** Whether the router had accepted the worker: then its key is good, whatever was said at the end. */
  readonly wasAccepted: boolean
}

/** What the end of a socket means. */
export function connectionEndOf(end: SocketEnd, { route, key, wasAccepted }: EndContext): ConnectionEnd {
  if (!end.wasOpen) return endOfDial(end, route, key)
  const said = quoted(end.reason, key)
  if (!wasAccepted && isAuthenticationFailure(said)) return { kind: 'refused', error: new KeyRefusedError(key, said) }
  return { kind: 'lost', failure: lostFailure(end, said) }
}

function endOfDial(end: SocketEnd, route: Route, key: Secret): ConnectionEnd {
  // Only the router's own answer speaks of the worker key; the same number from a proxy speaks of the proxy.
  const isRoutersAnswer = !route.proxy || end.proxyStatus === 200
  const status = end.answer?.status
  if (isRoutersAnswer && (status === 401 || status === 403)) {
    return { kind: 'refused', error: new KeyRefusedError(key, `${route.address.socket.href} answered ${status}`) }
  }
  return { kind: 'lost', failure: dialFailure(end, route) }
}

function lostFailure({ code, error }: SocketEnd, said: string): LinkFailure {
  if (code !== 1006 && !error) {
    return { kind: 'closed', reason: `the router closed the connection (${said ? `${code}: ${said}` : code})` }
  }
  const cause = error?.code ?? error?.message
  return { kind: 'dropped', reason: `the connection was dropped${cause ? ` (${cause})` : ''}` }
}
