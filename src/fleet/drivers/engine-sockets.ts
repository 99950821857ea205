import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EnginePlaces, EngineRoute } from './engine-address.ts'

/** Where engines of this host listen: Docker Desktop's, the host's, a rootless one, and Podman's, the user's own and the host's. */
export function usualSockets({ home, runtimeDir }: Pick<EnginePlaces, 'home' | 'runtimeDir'>): string[] {
  if (process.platform === 'win32') return ['//./pipe/docker_engine']
  return [
    home === undefined ? [] : join(home, '.docker', 'run', 'docker.sock'),
    '/var/run/docker.sock',
    runtimeDir === undefined ? [] : [join(runtimeDir, 'docker.sock'), join(runtimeDir, 'podman', 'podman.sock')],
    '/run/podman/podman.sock',
  ].flat()
}

/** The first of them that may be opened, else the first that is there: what keeps us out of it is then the better thing to say. */
export function firstSocket(paths: readonly string[]): EngineRoute {
  const path = paths.find(mayBeOpened) ?? paths.find((candidate) => existsSync(candidate))
  return path === undefined ? { kind: 'none', lookedAt: paths } : { kind: 'socket', path }
}

function mayBeOpened(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
