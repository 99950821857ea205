import { type FileHandle, open } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { UsageError } from '../../shared/errors.ts'
import type { Secret } from '../../shared/secret.ts'
import { largestSecretBytes, secretFrom, tooLarge } from '../check-secret.ts'
import type { SecretSource } from '../resolve-secret.ts'

/** Where containers get their secrets mounted; who may read them there is not theirs to choose. */
const mountedSecrets = '/run/secrets'

/**
 * A file that only its owner can read.
 * @param setting who named it: `--key-file`
 * @param shared the folder in which others may be able to read
 */
export function secretInFile(path: string, setting: string, shared = mountedSecrets): SecretSource {
  const from = setting.startsWith('--') ? 'flag' : 'file'
  return {
    find: async () => ({ secret: await readSecretFile(resolve(path), `${setting} ${resolve(path)}`, shared), from }),
  }
}

async function readSecretFile(path: string, source: string, shared: string): Promise<Secret> {
  return secretFrom(await readSecretText(path, source, shared), source)
}

/** What a file holds that only its owner can read. @throws UsageError when others can. */
export async function readSecretText(path: string, source: string, shared = mountedSecrets): Promise<string> {
  // The same open file is judged and read, so that it cannot be exchanged in between.
  const file = await openFile(path, source)
  try {
    if (!path.startsWith(`${shared}${sep}`)) await assertPrivate(file, source)
    return await readAtMost(file, source)
  } catch (error) {
    if (error instanceof UsageError) throw error
    // A disk or a network that fails in the middle, or a file of the kernel's.
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${source}: cannot be read (${code})`, { cause: error })
  } finally {
    await file.close()
  }
}

async function openFile(path: string, source: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'it may not be read'
          : `cannot be opened (${code})`
    throw new UsageError(`${source}: ${reason}`, { cause: error })
  }
}

async function assertPrivate(file: FileHandle, source: string): Promise<void> {
  const stats = await file.stat()
  // Windows has no such bits, and a pipe has no lasting place that others could read it from.
  if (process.platform === 'win32' || !stats.isFile() || (stats.mode & 0o044) === 0) return
  throw new UsageError(`${source}: can be read by other users of this machine`, {
    hint: 'Let only its owner read it: chmod 600',
  })
}

async function readAtMost(file: FileHandle, source: string): Promise<string> {
  if ((await file.stat()).isDirectory()) throw new UsageError(`${source}: is a folder, not a file`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > largestSecretBytes + 2) throw tooLarge(source)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
