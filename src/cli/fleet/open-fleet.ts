import { DockerFleet } from '../../fleet/drivers/docker/docker-fleet.ts'
import { configFolder } from '../../fleet/drivers/engine-address.ts'
import { openEngine } from '../../fleet/drivers/open-engine.ts'
import { dockerLogins } from '../../fleet/registry/registry-login.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { enginePlacesFrom } from './engine-places.ts'

/** The fleets of this host's engine. @throws BackendError where there is none, or it cannot be used */
export async function requireFleet({ env }: Pick<SettingsInput, 'env'>): Promise<DockerFleet> {
  const places = enginePlacesFrom(env)
  return new DockerFleet(await openEngine(places), dockerLogins(configFolder(places)))
}
