import { readFile } from 'node:fs/promises'
import { UsageError } from '../../shared/errors.ts'

/** PEM text of certificates that are trusted beside the built-in ones. @throws UsageError when the file cannot be read */
export async function readExtraCa(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`NODE_EXTRA_CA_CERTS names ${path}, which cannot be read (${code})`, { cause: error })
  }
}
