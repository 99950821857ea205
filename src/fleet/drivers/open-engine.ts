import { Agent as TlsAgent } from 'node:https'
import { inspect } from 'node:util'
import type Dockerode from 'dockerode'
import type { DockerOptions } from 'dockerode'
import { BackendError } from '../errors.ts'
import { apiHint, apiProblem } from './api-version.ts'
import {
  type EngineAddress,
  type EnginePlaces,
  type EngineRoute,
  engineAddressFrom,
  nameOfRoute,
} from './engine-address.ts'
import { absentEngine, engineErrorFrom } from './engine-errors.ts'
import type { EngineTls } from './engine-tls.ts'
import { SshAgent } from './ssh-agent.ts'

type Way = Exclude<EngineRoute, { kind: 'none' }>

/** How long the first answer may take; a login takes longer than a socket. */
const answerLimitMs = { socket: 10_000, tcp: 10_000, ssh: 30_000 }

/**
 * Opens the engine: it answers, and knows what we ask for.
 * @param limitMs how long its first answer may take
 * @throws BackendError where it is absent, cannot be reached, refuses us or is too old; UsageError where what names it is wrong
 */
export async function openEngine(places: EnginePlaces, limitMs?: number): Promise<Dockerode> {
  const address = engineAddressFrom(places)
  const { route } = address
  if (route.kind === 'none') throw absentEngine(route.lookedAt)
  const { default: Docker } = await import('dockerode')
  const engine = new Docker(optionsFrom(route))
  const problem = apiProblem(await apiVersionOf(engine, address, limitMs ?? answerLimitMs[route.kind]))
  if (problem === undefined) return engine
  const message = `The Docker engine at ${nameOfRoute(route)} ${problem}`
  throw new BackendError(message, { code: 'ENGINE_TOO_OLD', hint: apiHint })
}

async function apiVersionOf(engine: Dockerode, address: EngineAddress, limitMs: number): Promise<string> {
  try {
    const { ApiVersion } = await versionOf(engine, AbortSignal.timeout(limitMs))
    if (typeof ApiVersion === 'string') return ApiVersion
  } catch (error) {
    throw engineErrorFrom(error, 'say its version', address)
  }
  const message = `What answers at ${nameOfRoute(address.route)} (${address.source}) is no Docker engine`
  throw new BackendError(message, { code: 'ENGINE_UNREACHABLE' })
}

/** The types of dockerode leave the signal out. */
async function versionOf(engine: Dockerode, abortSignal: AbortSignal): Promise<{ readonly ApiVersion?: unknown }> {
  return await (engine as unknown as { version(options: object): Promise<object> }).version({ abortSignal })
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
  const agent = new TlsAgent({
    keepAlive: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    rejectUnauthorized: !skipsVerify,
  })
  // dockerode prints the options of every request in full for a debug log that nobody reads: keys, sockets and all.
  return Object.assign(agent, { [inspect.custom]: () => 'tls' })
}
