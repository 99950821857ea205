import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../shared/errors.ts'
import { type Account, accountFrom, accountName } from '../account.ts'
import { writePrivateFile } from '../stores/private-file.ts'

/**
 * The names of what auxot stored in the keychain, in a file. A keychain cannot safely be asked for a list, and one that holds
 * nothing of ours need not be woken at all.
 */
export class AccountIndex {
  readonly #file: string

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'keychain', 'accounts.json')
  }

  async list(): Promise<readonly Account[]> {
    const names = await this.#names()
    return names.flatMap((name) => accountFrom(name) ?? [])
  }

  async has(account: Account): Promise<boolean> {
    return (await this.#names()).includes(accountName(account))
  }

  async add(account: Account): Promise<void> {
    await this.#write([...(await this.#names()), accountName(account)])
  }

  async drop(account: Account): Promise<void> {
    await this.#write((await this.#names()).filter((name) => name !== accountName(account)))
  }

  async #names(): Promise<readonly string[]> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return []
      throw new UsageError(`${this.#file}: cannot be read (${code})`, { cause: error })
    }
    return namesIn(text, this.#file)
  }

  async #write(names: readonly string[]): Promise<void> {
    await writePrivateFile(this.#file, `${JSON.stringify({ accounts: [...new Set(names)].sort() })}\n`)
  }
}

function namesIn(text: string, file: string): readonly string[] {
  try {
    const { accounts } = JSON.parse(text) as { accounts?: unknown }
    if (Array.isArray(accounts)) return accounts.filter((name) => typeof name === 'string')
  } catch {
    // Said below, in one way for everything that is no such list.
  }
  throw new UsageError(`${file}: is no list of accounts`, {
    hint: 'Remove the file and store the secrets anew with "auxot worker token set".',
  })
}
