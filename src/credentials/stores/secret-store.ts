import type { Account } from '../account.ts'
import type { StoredSecret } from '../stored-secret.ts'

/** Where auxot keeps secrets for the operator. */
export interface SecretStore {
  readonly kind: 'keychain' | 'insecure-file'
  /** The accounts that it holds, without their secrets. */
  accounts(): Promise<readonly Account[]>
  get(account: Account): Promise<StoredSecret | undefined>
  set(account: Account, stored: StoredSecret): Promise<void>
  /** Whether there was anything to remove. */
  remove(account: Account): Promise<boolean>
  /** Does not look for it any more, whether or not it is there. */
  disown(account: Account): Promise<void>
}
