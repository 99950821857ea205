import { join } from 'node:path'
import { contextRoute, currentContext } from './docker-contexts.ts'
import { firstSocket, usualSockets } from './engine-sockets.ts'
import { type EngineTls, tlsFromFolder } from './engine-tls.ts'
import { routeFromHost } from './host-route.ts'

/** What says where the engine is. The one who calls reads it from the environment. */
export interface EnginePlaces {
  /** DOCKER_HOST */
  readonly dockerHost?: string | undefined
  /** DOCKER_CONTEXT */
  readonly dockerContext?: string | undefined
  /** DOCKER_CONFIG, a folder */
  readonly dockerConfig?: string | undefined
  /** DOCKER_TLS_VERIFY: anything that is not empty */
  readonly tlsVerify?: string | undefined
  /** DOCKER_CERT_PATH, a folder */
  readonly certPath?: string | undefined
  readonly home?: string | undefined
  /** XDG_RUNTIME_DIR */
  readonly runtimeDir?: string | undefined
}

/** The way to an engine. */
export type EngineRoute =
  /** A unix socket, or a named pipe of Windows. */
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      readonly tls?: EngineTls | undefined
    }
  | SshRoute
  /** There is none on this host, and nobody named one. */
  | { readonly kind: 'none'; readonly lookedAt: readonly string[] }

/** An engine behind a login on its host. */
export interface SshRoute {
  readonly kind: 'ssh'
  readonly host: string
  readonly port?: number | undefined
  readonly user?: string | undefined
  /** Its socket over there, where it is not the usual one. */
  readonly socket?: string | undefined
}

/** Where the engine is, and who says so. */
export interface EngineAddress {
  readonly route: EngineRoute
  /** `DOCKER_HOST`, `context "x"`, `default socket` */
  readonly source: string
  /** DOCKER_HOST or DOCKER_CONTEXT names it; else it was found where engines usually are. */
  readonly isNamed: boolean
}

/** Where the engine is, as the docker command finds it; then where rootless engines and Podman are. @throws UsageError */
export function engineAddressFrom(places: EnginePlaces): EngineAddress {
  const { dockerHost, dockerContext } = places
  if (dockerHost !== undefined) return { route: hostRoute(dockerHost, places), source: 'DOCKER_HOST', isNamed: true }
  const folder = configFolder(places)
  const chosen = dockerContext ? { name: dockerContext, from: 'DOCKER_CONTEXT' } : folder && currentContext(folder)
  // "default" stands for no context at all.
  if (!chosen || chosen.name === 'default') {
    return { route: firstSocket(usualSockets(places)), source: 'default socket', isNamed: dockerContext !== undefined }
  }
  const route = contextRoute(chosen, folder)
  return { route, source: `context "${chosen.name}"`, isNamed: dockerContext !== undefined }
}

/** An address for people: a path, or a URL. */
export function nameOfRoute(route: EngineRoute): string {
  switch (route.kind) {
    case 'none':
      return 'nowhere'
    case 'socket':
      return route.path
    case 'tcp':
      return `${route.tls ? 'https' : 'tcp'}://${hostAndPort(route.host, route.port)}`
    case 'ssh':
      return `ssh://${route.user === undefined ? '' : `${route.user}@`}${hostAndPort(route.host, route.port)}`
  }
}

function hostRoute(text: string, places: EnginePlaces): EngineRoute {
  const route = routeFromHost(text, 'DOCKER_HOST', { usesTls: places.tlsVerify !== undefined })
  if (route.kind !== 'tcp' || places.tlsVerify === undefined) return route
  const folder = places.certPath ?? configFolder(places)
  return folder === undefined ? route : { ...route, tls: tlsFromFolder(folder, 'DOCKER_TLS_VERIFY is set') }
}

/** Where the docker command keeps what it was told. Undefined where nobody knows. */
export function configFolder({ dockerConfig, home }: EnginePlaces): string | undefined {
  return dockerConfig ?? (home === undefined ? undefined : join(home, '.docker'))
}

/** `host:2375`, `[::1]:2375` */
export function hostAndPort(host: string, port: number | undefined): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}
