import { type Account, accountName } from '../../credentials/account.ts'
import { KeychainUnavailableError } from '../../credentials/keychain/keychain-unavailable-error.ts'
import type { StoredSecret } from '../../credentials/stored-secret.ts'
import type { SecretStore } from '../../credentials/stores/secret-store.ts'
import type { Environment } from '../../settings/environment.ts'
import { secretStores } from '../stored-places.ts'
import { isoDate } from './iso-date.ts'

/** Where and how a secret is to be kept. */
export interface KeepingChoice {
  readonly dataDir: string
  readonly env: Environment
  readonly insecureStorage: boolean
}

/** What became of it. */
export interface KeptSecret {
  readonly account: Account
  readonly store: SecretStore['kind']
  readonly stored: StoredSecret
}

/**
 * Keeps a secret in the keychain, or where that was asked for in an insecure file, and in one of them only.
 * @throws KeychainUnavailableError when there is no keychain; it is never kept in plain text instead.
 */
export async function keepSecret(account: Account, stored: StoredSecret, choice: KeepingChoice): Promise<KeptSecret> {
  const { keychain, insecureFile } = secretStores(choice.dataDir, choice.env)
  const [store, other] = choice.insecureStorage ? [insecureFile, keychain] : [keychain, insecureFile]
  await store.set(account, stored)
  await forget(other, account)
  return { account, store: store.kind, stored }
}

/** The document of something kept, without its `schema`. */
export function keptFacts({ account, store, stored: { secret, dates } }: KeptSecret) {
  return {
    ...account,
    store,
    masked: secret.masked(),
    storedAt: isoDate(dates.storedAtMs),
    ...(dates.issuedAtMs !== undefined && { issuedAt: isoDate(dates.issuedAtMs) }),
    ...(dates.expiresAtMs !== undefined && { expiresAt: isoDate(dates.expiresAtMs) }),
  }
}

/** The same for people. */
export function keptSentence({ account, store, stored: { secret, dates } }: KeptSecret): string {
  const place = store === 'keychain' ? 'in the keychain' : 'in a file, unencrypted,'
  const by = dates.issuedAtMs === undefined ? 'expires at the latest on' : 'expires on'
  const end = dates.expiresAtMs === undefined ? '' : `; it ${by} ${isoDate(dates.expiresAtMs).slice(0, 10)}`
  return `${secret.masked()} is kept ${place} as ${accountName(account)}${end}.`
}

/** An older copy would be found first, or lie around. One that a dead keychain holds stays there; it is not looked for any more. */
async function forget(store: SecretStore, account: Account): Promise<void> {
  try {
    await store.remove(account)
  } catch (error) {
    if (!(error instanceof KeychainUnavailableError)) throw error
    await store.disown(account)
  }
}
