import { randomUUID } from 'node:crypto'
import { type Account, accountName } from '../account.ts'
import type { Variables } from '../sources/environment.ts'
import { type StoredSecret, storedSecretFrom, storedText } from '../stored-secret.ts'
import type { SecretStore } from '../stores/secret-store.ts'
import { AccountIndex } from './account-index.ts'
import { askKeychain } from './ask-keychain.ts'
import { KeychainUnavailableError } from './keychain-unavailable-error.ts'

const service = 'auxot'

/** The operating system's keychain: macOS Keychain, Windows Credential Manager or a Secret Service. */
export class KeychainStore implements SecretStore {
  readonly kind = 'keychain'
  readonly #index: AccountIndex
  readonly #env: Variables

  constructor(dataDir: string, env: Variables) {
    this.#index = new AccountIndex(dataDir)
    this.#env = env
  }

  accounts(): Promise<readonly Account[]> {
    return this.#index.list()
  }

  /** @throws KeychainUnavailableError when it is known to be there and does not come out. */
  async get(account: Account): Promise<StoredSecret | undefined> {
    if (!(await this.#index.has(account))) return undefined
    const name = accountName(account)
    const text = await this.#ask('get', name)
    if (text !== undefined) return storedSecretFrom(text, `keychain (${service}, ${name})`)
    throw new KeychainUnavailableError(
      'it does not hand out what was stored; it is locked, or somebody removed it',
      name,
    )
  }

  /** @throws KeychainUnavailableError unless it was stored and can be read again. */
  async set(account: Account, stored: StoredSecret): Promise<void> {
    const name = accountName(account)
    const text = storedText(stored)
    const wasListed = await this.#index.has(account)
    // First: what is not listed would never be found again.
    await this.#index.add(account)
    try {
      await askKeychain({ op: 'set', service, account: name, value: text }, this.#env)
      // A locked Secret Service may say yes and hand out nothing.
      if ((await this.#ask('get', name)) === text) return
      throw new KeychainUnavailableError('it did not keep what was stored; it is locked', name)
    } catch (error) {
      if (!wasListed) await this.#index.drop(account)
      throw error
    }
  }

  /** Keeps something for a moment, to be told now what would go wrong later. @throws KeychainUnavailableError */
  async assertUsable(): Promise<void> {
    // Of this process alone: another may be checking at the same time.
    const account = `check-${process.pid}`
    const value = randomUUID()
    await askKeychain({ op: 'set', service, account, value }, this.#env)
    const kept = await this.#ask('get', account)
    if (kept !== value) throw new KeychainUnavailableError('it does not keep what is stored; it is locked')
    await this.#ask('delete', account)
  }

  async remove(account: Account): Promise<boolean> {
    if (!(await this.#index.has(account))) return false
    await this.#ask('delete', accountName(account))
    await this.#index.drop(account)
    return true
  }

  async disown(account: Account): Promise<void> {
    await this.#index.drop(account)
  }

  #ask(op: 'get' | 'delete', account: string): Promise<string | undefined> {
    return askKeychain({ op, service, account }, this.#env)
  }
}
