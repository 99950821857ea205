import type { RouterAddress } from '../../protocol/router-url.ts'
import { askHealth, type RouterHealth } from '../../router/router-client.ts'
import { type Environment, proxyFrom } from '../../settings/environment.ts'
import { systemClock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import { counted } from '../fleet/status/words.ts'
import { broken, type Finding, ok, warning } from './finding.ts'

const farMs = 60_000

/** Whether the router can be found, trusted and asked; and whether its clock is ours. */
export async function checkRouterAddress(
  address: RouterAddress | undefined,
  env: Environment,
): Promise<readonly Finding[]> {
  if (!address) {
    const hint = 'Give --router-url, set AUXOT_ROUTER_URL, or "routerUrl" in config.json.'
    return [broken('router', 'usage', { message: 'no router is named', hint })]
  }
  const answer = await askHealth(address, { proxy: proxyFrom(env) })
  if (answer.kind === 'healthy') return [healthy(address, answer.health), clock(answer.routerTimeMs)]
  return [broken('router', 'unreachable', { message: answer.reason, hint: answer.hint })]
}

function healthy({ http, unencrypted }: RouterAddress, { workers, slots, available }: RouterHealth): Finding {
  const message = `${http.origin}: ${counted(workers ?? null, 'worker')}, ${available ?? '?'} of ${slots ?? '?'} slots free`
  if (!unencrypted) return ok('router', message)
  return warning('router', `${message}; the connection is not encrypted`, 'Use https, unless the network is private.')
}

function clock(routerTimeMs: number | undefined): Finding {
  if (routerTimeMs === undefined) return warning('clock', 'the router does not tell its time')
  // The header counts whole seconds.
  const skewMs = Math.max(0, Math.abs(systemClock.now() - routerTimeMs) - 1_000)
  if (skewMs < farMs) return ok('clock', "agrees with the router's")
  const message = `differs from the router's by ${formatDuration(skewMs)}`
  return warning('clock', message, 'Set the clock of this host (NTP): limits that reset at a time are read wrongly.')
}
