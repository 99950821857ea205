import type { Secret } from '../shared/secret.ts'
import type { SecretDates } from './stored-secret.ts'

/** The kinds of places that secrets come from, nearest first. */
export type SourceKind = 'flag' | 'file' | 'env' | 'keychain' | 'insecure-file'

/** A secret, and in what kind of place it was. */
export interface FoundSecret {
  readonly secret: Secret
  readonly from: SourceKind
  /** Known of what auxot stored itself. */
  readonly dates?: SecretDates | undefined
}

/** A place where a secret may be. */
export interface SecretSource {
  /** The secret, or undefined where this place has none. @throws UsageError when it has one that cannot be used. */
  find(): Promise<FoundSecret | undefined>
}

/** The first secret that is found, in the order of the sources. */
export async function resolveSecret(sources: readonly SecretSource[]): Promise<FoundSecret | undefined> {
  for (const source of sources) {
    const found = await source.find()
    if (found) return found
  }
  return undefined
}
