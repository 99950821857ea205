import { DockerFleet } from '../../fleet/drivers/docker/docker-fleet.ts'
import { engineAddressFrom } from '../../fleet/drivers/engine-address.ts'
import { openEngine } from '../../fleet/drivers/open-engine.ts'
import { BackendError } from '../../fleet/errors.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { enginePlacesFrom } from './engine-places.ts'

/** The fleets of this host's engine; undefined where there is no engine. @throws BackendError where it cannot be used */
export async function openFleet({ env }: Pick<SettingsInput, 'env'>): Promise<DockerFleet | undefined> {
  const places = enginePlacesFrom(env)
  if (engineAddressFrom(places).route.kind === 'none') return undefined
  return new DockerFleet(await openEngine(places))
}

/** The same for those who cannot do without. @throws BackendError where there is none too */
export async function requireFleet(input: Pick<SettingsInput, 'env'>): Promise<DockerFleet> {
  const fleet = await openFleet(input)
  if (fleet) return fleet
  throw new BackendError('There is no Docker engine on this host', {
    hint: 'Install and start one, or name one with DOCKER_HOST or "docker context use"; "auxot worker start" needs none.',
  })
}
