import type { Secret } from '../shared/secret.ts'

/** A place where a secret may be. */
export interface SecretSource {
  /** The secret, or undefined where this place has none. @throws UsageError when it has one that cannot be used. */
  find(): Promise<Secret | undefined>
}

/** The first secret that is found, in the order of the sources. */
export async function resolveSecret(sources: readonly SecretSource[]): Promise<Secret | undefined> {
  for (const source of sources) {
    const secret = await source.find()
    if (secret) return secret
  }
  return undefined
}
