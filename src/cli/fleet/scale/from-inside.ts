import { isLoopback } from '../../../protocol/router-url.ts'
import { UsageError } from '../../../shared/errors.ts'

/** The name under which a container finds the host that it runs on. */
export const hostFromInside = 'host.docker.internal'

/** An address as it is reached from a container: what is this host for us is another machine there. */
export function urlFromInside(text: string): string {
  const url = URL.parse(text)
  if (!url || !isLoopback(url.hostname)) return text
  url.hostname = hostFromInside
  return text.endsWith('/') || url.pathname !== '/' ? url.href : url.href.replace(/\/$/, '')
}

/**
 * A container's environment can be read by everybody who may ask the engine.
 * @throws UsageError where an address holds a password
 */
export function assertNoPassword(name: string, text: string): void {
  const { username = '', password = '' } = URL.parse(text) ?? {}
  if (username === '' && password === '') return
  throw new UsageError(`${name}: holds a user name or password, which "docker inspect" would show of every container`, {
    hint: 'Name an address without them for these workers.',
  })
}
