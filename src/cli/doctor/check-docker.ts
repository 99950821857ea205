import { reachDocker } from '../../fleet/docker-reach.ts'
import type { Environment } from '../../settings/environment.ts'
import { enginePlacesFrom } from '../fleet/engine-places.ts'
import { type Finding, ok, warning } from './finding.ts'

const workerBytes = 2 * 1_024 ** 3

/** Whether there is a Docker engine for "auxot worker scale". A worker in the foreground needs none, so nothing is broken without. */
export async function checkDocker(env: Environment): Promise<Finding> {
  const reach = await reachDocker(enginePlacesFrom(env))
  if (reach.kind === 'failed') {
    const way = reach.hint === undefined ? '' : `\n${reach.hint}`
    return warning('docker', reach.reason, `Only workers in containers need it.${way}`)
  }
  const { at, apiVersion, memoryBytes } = reach
  const room = Math.floor(memoryBytes / workerBytes)
  const gigabytes = (memoryBytes / 1_024 ** 3).toFixed(1)
  return ok('docker', `API ${apiVersion} at ${at}; ${gigabytes} GiB, room for ${room} workers of 2 GiB`)
}
