import { KeychainStore } from '../credentials/keychain/keychain-store.ts'
import type { StoredPlaces } from '../credentials/sources/stored.ts'
import { InsecureFileStore } from '../credentials/stores/insecure-file-store.ts'
import type { SecretStore } from '../credentials/stores/secret-store.ts'
import type { RouterAddress } from '../protocol/router-url.ts'
import type { Environment } from '../settings/environment.ts'
import type { SettingsInput } from '../settings/read-settings.ts'

/** The two stores of this user, in the order in which they are asked. */
export function secretStores(
  dataDir: string,
  env: Environment,
): { keychain: KeychainStore; insecureFile: SecretStore } {
  return { keychain: new KeychainStore(dataDir, env), insecureFile: new InsecureFileStore(dataDir) }
}

/** Where a command looks for secrets that were stored. */
export function storedPlacesFrom(
  { dataDir, env }: SettingsInput,
  { profile, routerUrl }: { profile?: string | undefined; routerUrl?: RouterAddress | undefined },
): StoredPlaces {
  const { keychain, insecureFile } = secretStores(dataDir ?? '', env)
  return {
    stores: dataDir === undefined ? [] : [keychain, insecureFile],
    profile,
    routerHost: routerUrl && routerHostOf(routerUrl),
  }
}

/** A router's name among profiles; the port is in it only where it is not the scheme's own. */
export function routerHostOf({ http }: RouterAddress): string {
  return http.host
}
