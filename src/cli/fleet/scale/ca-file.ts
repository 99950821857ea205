import { readFile } from 'node:fs/promises'
import { UsageError } from '../../../shared/errors.ts'

/** Certificate authorities to trust beside the usual ones. */
export interface CaFile {
  readonly pem: string
  /** Who named the file. */
  readonly source: string
}

/**
 * The file that --ca-file names, else that of NODE_EXTRA_CA_CERTS, which this host's own programs trust already.
 * @throws UsageError when it cannot be read, or holds no certificate
 */
export async function readCaFile(
  path: string | undefined,
  setting: string,
  extra: string | undefined,
): Promise<CaFile | undefined> {
  const named = path ?? extra
  if (named === undefined) return undefined
  const source = path === undefined ? 'NODE_EXTRA_CA_CERTS' : setting
  const pem = await readPem(named, source)
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new UsageError(`${source}: ${named} holds no certificate`)
  return { pem, source }
}

async function readPem(path: string, source: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${source}: ${path} cannot be read (${code})`, { cause: error })
  }
}
