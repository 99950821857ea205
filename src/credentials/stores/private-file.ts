import { randomUUID } from 'node:crypto'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../../shared/errors.ts'

/** Writes a file that only its owner can read, in a folder that only its owner can enter. The old one stays until the new one is whole. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // The folder may have been there before, open to others.
    await chmod(dirname(path), 0o700)
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw new UsageError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
}
