import { type DockerPlaces, reachDocker } from '../../fleet/docker-reach.ts'
import { type Finding, ok, warning } from './finding.ts'

const workerBytes = 2 * 1_024 ** 3

/** Whether there is a Docker engine for "auxot worker scale". A worker in the foreground needs none, so nothing is broken without. */
export async function checkDocker(places: DockerPlaces): Promise<Finding> {
  const reach = await reachDocker(places)
  if (reach.kind !== 'reached') return warning('docker', reach.reason, 'Only workers in containers need it.')
  const { at, apiVersion, memoryBytes } = reach
  const room = Math.floor(memoryBytes / workerBytes)
  const gigabytes = (memoryBytes / 1_024 ** 3).toFixed(1)
  return ok('docker', `API ${apiVersion} at ${at}; ${gigabytes} GiB, room for ${room} workers of 2 GiB`)
}
