import { DockerFleet } from '../../fleet/drivers/docker/docker-fleet.ts'
import { openEngine } from '../../fleet/drivers/open-engine.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { enginePlacesFrom } from './engine-places.ts'

/** The fleets of this host's engine. @throws BackendError where there is none, or it cannot be used */
export async function requireFleet({ env }: Pick<SettingsInput, 'env'>): Promise<DockerFleet> {
  return new DockerFleet(await openEngine(enginePlacesFrom(env)))
}
