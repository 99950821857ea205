import { UsageError } from '../../shared/errors.ts'
import type { EngineRoute } from './engine-address.ts'

const usualSocket = '/var/run/docker.sock'
const usualPipe = '//./pipe/docker_engine'
const hint =
  'Write unix:///path/of/docker.sock, tcp://host:2376, http(s)://host:port, ssh://user@host or npipe:////./pipe/name.'

/** A text such as DOCKER_HOST as a way to an engine. @param from what the text comes from. @throws UsageError */
export function routeFromHost(text: string, from: string, { usesTls }: { readonly usesTls: boolean }): EngineRoute {
  const refused = (problem: string) => new UsageError(`${from} is "${shortened(text)}", ${problem}`, { hint })
  const [, scheme, rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? []
  // `host:2375` is understood as the docker command understands it; a path that lacks its unix:// is not.
  if (scheme === undefined && !/^[^/]/.test(rest)) throw refused('which is no address of an engine')
  switch (scheme?.toLowerCase() ?? 'tcp') {
    case 'unix':
      return { kind: 'socket', path: rest || usualSocket }
    case 'npipe':
      return { kind: 'socket', path: rest || usualPipe }
    case 'ssh':
      return sshRoute(rest, refused)
    case 'tcp':
      return tcpRoute(rest, { port: usesTls ? 2376 : 2375 }, refused)
    case 'http':
      return tcpRoute(rest, { port: 80 }, refused)
    case 'https':
      return tcpRoute(rest, { port: 443, tls: { skipsVerify: false } }, refused)
    default:
      throw refused('which is no address of an engine')
  }
}

type Refused = (problem: string) => UsageError

interface TcpDefaults {
  readonly port: number
  readonly tls?: { readonly skipsVerify: false }
}

function tcpRoute(rest: string, defaults: TcpDefaults, refused: Refused): EngineRoute {
  const { user, host, port, path } = parts(rest, refused)
  if (user !== undefined) throw refused('which has a user: an engine knows no users')
  if (path !== '' && path !== '/') throw refused('which has a path: an engine behind one cannot be spoken to')
  return { kind: 'tcp', ...defaults, host: host || 'localhost', port: port ?? defaults.port }
}

function sshRoute(rest: string, refused: Refused): EngineRoute {
  const { user, host, port, path } = parts(rest, refused)
  if (host === '') throw refused('which names no host')
  if (user?.includes(':')) throw new UsageError('The address of the engine has a password in it', { hint: useAgent })
  return {
    kind: 'ssh',
    host,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
    ...(path !== '' && path !== '/' && { socket: path }),
  }
}

const useAgent = 'Write ssh://user@host: the login is that of "ssh user@host", with your keys and your agent.'

function parts(rest: string, refused: Refused) {
  const match = /^(?:([^/@]*)@)?(\[[^\]/]+\]|[^:/@[\]\s?#]*)(?::(\d{1,5}))?(\/[^\s?#]*)?$/.exec(rest)
  if (!match) throw refused('which is no address of an engine')
  const [, user, host = '', port, path = ''] = match
  const portNumber = port === undefined ? undefined : Number(port)
  if (portNumber !== undefined && (portNumber < 1 || portNumber > 65_535)) throw refused('and there is no such port')
  return { user: user || undefined, host: host.replace(/^\[|\]$/g, ''), port: portNumber, path }
}

/** What stands before an @ may be a password: it is not repeated. */
function shortened(text: string): string {
  const shown = text.trim().replace(/\/\/[^/@]*:[^/@]*@/, '//…@')
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown
}
