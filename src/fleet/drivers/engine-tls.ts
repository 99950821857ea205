import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError } from '../../shared/errors.ts'

/** How an engine is trusted, and how it knows us. */
export interface EngineTls {
  /** PEM texts. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Any certificate will do, which the context says. */
  readonly skipsVerify: boolean
}

/** The files of DOCKER_CERT_PATH: an authority, and a certificate with its key where we are to have one. @throws UsageError */
export function tlsFromFolder(folder: string, why: string): EngineTls {
  const ca = readPem(folder, 'ca.pem')
  if (ca === undefined) {
    const hint = 'Name the folder of ca.pem, cert.pem and key.pem with DOCKER_CERT_PATH, or unset DOCKER_TLS_VERIFY.'
    throw new UsageError(`${why}, and there is no ca.pem in ${folder}`, { hint })
  }
  return { ca, ...pairFrom(folder), skipsVerify: false }
}

/** The same of a context, which may have none of them. @throws UsageError */
export function tlsOfContext(folder: string, skipsVerify: boolean): EngineTls | undefined {
  const ca = readPem(folder, 'ca.pem')
  const pair = pairFrom(folder)
  return ca === undefined && pair === undefined && !skipsVerify ? undefined : { ca, ...pair, skipsVerify }
}

function pairFrom(folder: string): { cert: string; key: string } | undefined {
  const [cert, key] = [readPem(folder, 'cert.pem'), readPem(folder, 'key.pem')]
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert === undefined && key === undefined) return undefined
  const [missing, other] = cert === undefined ? ['cert.pem', 'key.pem'] : ['key.pem', 'cert.pem']
  const hint = 'Put it there, or take the other away where the engine wants no certificate.'
  throw new UsageError(`There is no ${missing} beside the ${other} in ${folder}`, { hint })
}

function readPem(folder: string, name: string): string | undefined {
  const path = join(folder, name)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`)
  }
}
