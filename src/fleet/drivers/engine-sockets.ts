import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EnginePlaces, EngineRoute } from './engine-address.ts'

/** The socket of this host's engine: the first that may be opened, else the first that is there, for its own error is the better one. */
export function findSocket(places: Pick<EnginePlaces, 'home' | 'runtimeDir'>): EngineRoute {
  if (process.platform === 'win32') return { kind: 'socket', path: '//./pipe/docker_engine' }
  const paths = usualSockets(places)
  const path = paths.find(mayBeOpened) ?? paths.find((candidate) => existsSync(candidate))
  return path === undefined ? { kind: 'none', lookedAt: paths } : { kind: 'socket', path }
}

/** Docker Desktop's, the host's, a rootless engine's, and Podman's own and the host's. */
function usualSockets({ home, runtimeDir }: Pick<EnginePlaces, 'home' | 'runtimeDir'>): string[] {
  return [
    home === undefined ? [] : join(home, '.docker', 'run', 'docker.sock'),
    '/var/run/docker.sock',
    runtimeDir === undefined ? [] : [join(runtimeDir, 'docker.sock'), join(runtimeDir, 'podman', 'podman.sock')],
    '/run/podman/podman.sock',
  ].flat()
}

function mayBeOpened(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
