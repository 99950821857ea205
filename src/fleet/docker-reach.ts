import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { messageOf } from '../shared/errors.ts'

/** Whether a Docker engine answers, and what it is. */
export type DockerReach =
  | { readonly kind: 'absent' | 'unreachable'; readonly reason: string }
  | { readonly kind: 'reached'; readonly at: string; readonly apiVersion: string; readonly memoryBytes: number }

/** What names the engine and the folders its socket may be in. */
export interface DockerPlaces {
  readonly dockerHost?: string | undefined
  readonly home?: string | undefined
  readonly runtimeDir?: string | undefined
}

type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number }

const limitMs = 3_000

/** Asks the engine for its version and its memory. Never rejects. */
export async function reachDocker(places: DockerPlaces): Promise<DockerReach> {
  const target = targetFrom(places)
  if (typeof target === 'string') return { kind: 'absent', reason: target }
  const at = 'socketPath' in target ? target.socketPath : `${target.host}:${target.port}`
  try {
    const [version, info] = await Promise.all([ask(target, '/version'), ask(target, '/info')])
    return { kind: 'reached', at, apiVersion: `${version.ApiVersion}`, memoryBytes: Number(info.MemTotal ?? 0) }
  } catch (error) {
    return { kind: 'unreachable', reason: `${at}: ${messageOf(error)}` }
  }
}

function targetFrom({ dockerHost, home, runtimeDir }: DockerPlaces): Target | string {
  if (dockerHost !== undefined) {
    const url = URL.parse(dockerHost)
    if (url?.protocol === 'unix:') return { socketPath: url.pathname }
    if (url?.protocol === 'tcp:') return { host: url.hostname, port: Number(url.port || 2375) }
    return `DOCKER_HOST names an engine (${url?.protocol ?? 'no URL'}) that is not looked at here`
  }
  const sockets = [
    home === undefined ? undefined : join(home, '.docker', 'run', 'docker.sock'),
    '/var/run/docker.sock',
    runtimeDir === undefined ? undefined : join(runtimeDir, 'docker.sock'),
    runtimeDir === undefined ? undefined : join(runtimeDir, 'podman', 'podman.sock'),
  ]
  const socketPath = sockets.find((path) => path !== undefined && existsSync(path))
  return socketPath === undefined ? 'there is no Docker socket on this host' : { socketPath }
}

async function ask(target: Target, path: string): Promise<Record<string, unknown>> {
  const sent = request({ ...target, path, agent: false, signal: AbortSignal.timeout(limitMs) })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  if (response.statusCode === 200) return (await json(response)) as Record<string, unknown>
  response.resume()
  throw new Error(`${path} was answered with ${response.statusCode}`)
}
