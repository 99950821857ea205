import { type Account, accountName, accountsToSearch, type SecretTarget } from '../account.ts'
import type { SecretSource } from '../resolve-secret.ts'
import type { SecretStore } from '../stores/secret-store.ts'

/** Where auxot may have stored secrets, and for whom one is looked for. */
export interface StoredPlaces {
  /** The keychain, then the insecure file. */
  readonly stores: readonly SecretStore[]
  readonly profile?: string | undefined
  /** `host[:port]` of the router, where it is known. */
  readonly routerHost?: string | undefined
}

/** Everything that may be stored for a secret: the nearest account first, each in every store. */
export function storedSecrets(target: SecretTarget, { stores, profile, routerHost }: StoredPlaces): SecretSource[] {
  const accounts = accountsToSearch(target, profile, routerHost)
  return accounts.flatMap((account) => stores.map((store) => storedSecret(store, account)))
}

/** Whether anything is stored, without opening it. */
export async function isStored(target: SecretTarget, { stores, profile, routerHost }: StoredPlaces): Promise<boolean> {
  const names = accountsToSearch(target, profile, routerHost).map(accountName)
  const held = await Promise.all(stores.map((store) => store.accounts()))
  return held.flat().some((account) => names.includes(accountName(account)))
}

function storedSecret(store: SecretStore, account: Account): SecretSource {
  return {
    find: async () => {
      const stored = await store.get(account)
      return stored && { ...stored, from: store.kind }
    },
  }
}
