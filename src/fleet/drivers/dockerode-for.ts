import { Agent as TlsAgent } from 'node:https'
import { inspect } from 'node:util'
import type Dockerode from 'dockerode'
import type { DockerOptions } from 'dockerode'
import { BackendError } from '../errors.ts'
import type { EngineRoute } from './engine-address.ts'
import type { EngineTls } from './engine-tls.ts'
import { SshAgent } from './ssh-agent.ts'

type Way = Exclude<EngineRoute, { kind: 'none' }>

/** A dockerode that goes this way, and no other. Nothing is asked yet. @throws BackendError where its TLS files hold none */
export async function dockerodeFor(way: Way): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode')
  const options = optionsFrom(way)
  return withoutHost(() => new Docker(options))
}

/**
 * Does something while the environment names no engine. dockerode follows DOCKER_HOST to the files of DOCKER_CERT_PATH whatever it is
 * told, and fails where one of them is missing.
 */
function withoutHost<T>(work: () => T): T {
  const { env } = process
  const host = env.DOCKER_HOST
  delete env.DOCKER_HOST
  try {
    return work()
  } finally {
    if (host !== undefined) env.DOCKER_HOST = host
  }
}

/** Every option is named: dockerode takes those that are not from the environment, by rules of its own. */
function optionsFrom(way: Way): DockerOptions {
  return { ...nothing, ...wayFrom(way) } as DockerOptions
}

const nothing = {
  ...{ ca: undefined, cert: undefined, key: undefined, timeout: undefined, username: undefined, agent: undefined },
  ...{ host: undefined, port: undefined, pathPrefix: '/', protocol: 'http', socketPath: undefined },
}

function wayFrom(way: Way): object {
  if (way.kind === 'socket') return { socketPath: way.path }
  // The host is only for the request's own header: where it goes, the agent decides.
  if (way.kind === 'ssh') return { host: 'docker', port: 80, agent: new SshAgent(way) }
  const { host, port, tls } = way
  const secured = tls ? { protocol: 'https', agent: agentFor(tls) } : {}
  return { host: host.includes(':') ? `[${host}]` : host, port, ...secured }
}

/** dockerode cannot be told to skip the check of a certificate, but takes an agent. */
function agentFor({ ca, cert, key, skipsVerify }: EngineTls): TlsAgent {
  assertCertificate(ca, 'ca.pem')
  assertCertificate(cert, 'cert.pem')
  const agent = new TlsAgent({
    keepAlive: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    rejectUnauthorized: !skipsVerify,
  })
  // dockerode prints the options of every request in full for a debug log that nobody reads: keys, sockets and all.
  return Object.assign(agent, { [inspect.custom]: () => 'tls' })
}

/** Node takes a file without any for an authority that has signed nothing. */
function assertCertificate(pem: string | undefined, name: string): void {
  if (pem === undefined || /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(pem)) return
  const hint = 'Look at the files in DOCKER_CERT_PATH, or at those of the context.'
  throw new BackendError(`The ${name} for the Docker engine holds no certificate`, { code: 'ENGINE_TLS', hint })
}
