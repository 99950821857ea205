import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, accountFrom, accountName } from '../account.ts'
import { readSecretText } from '../sources/file.ts'
import { type StoredSecret, storedSecretFrom, storedText } from '../stored-secret.ts'
import { writePrivateFile } from './private-file.ts'
import type { SecretStore } from './secret-store.ts'

/** Unencrypted files, one for each secret, that only their owner can read. Only for those who asked for it. */
export class InsecureFileStore implements SecretStore {
  readonly kind = 'insecure-file'
  readonly #folder: string

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'insecure-secrets')
  }

  async accounts(): Promise<readonly Account[]> {
    const names = await readdir(this.#folder).catch(nothingIfAbsent)
    return names.flatMap((name) =>
      name.endsWith('.json') ? (accountFrom(decodeURIComponent(name.slice(0, -5))) ?? []) : [],
    )
  }

  async get(account: Account): Promise<StoredSecret | undefined> {
    const file = this.#fileOf(account)
    const isThere = await stat(file).then(() => true, nothingIfAbsent)
    if (isThere !== true) return undefined
    const source = `insecure file ${file}`
    return storedSecretFrom(await readSecretText(file, source), source)
  }

  async set(account: Account, stored: StoredSecret): Promise<void> {
    await writePrivateFile(this.#fileOf(account), storedText(stored))
  }

  async remove(account: Account): Promise<boolean> {
    const isThere = (await this.accounts()).some((each) => accountName(each) === accountName(account))
    if (isThere) await rm(this.#fileOf(account), { force: true })
    return isThere
  }

  async disown(account: Account): Promise<void> {
    await this.remove(account)
  }

  #fileOf(account: Account): string {
    return join(this.#folder, `${encodeURIComponent(accountName(account))}.json`)
  }
}

function nothingIfAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
  throw error
}
