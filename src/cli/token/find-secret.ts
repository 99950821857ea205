import type { SecretTarget } from '../../credentials/account.ts'
import { type FoundCredential, findClaudeCredential } from '../../credentials/claude-credential.ts'
import type { FoundSecret } from '../../credentials/resolve-secret.ts'
import type { SecretInput } from '../../credentials/sources/stdin.ts'
import { findWorkerKey } from '../../credentials/worker-key.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { storedPlacesFrom } from '../stored-places.ts'
import type { ProfileChoice } from './secret-target.ts'

/** What says where the worker key is, as read from a command's settings. */
export interface SecretSettings {
  readonly values: ProfileChoice & { readonly keyFile?: string | undefined }
  readonly sources: { readonly keyFile: string }
}

/** A secret as a worker started here and now would find it; undefined where it would find none. */
export function findSecret(
  target: SecretTarget,
  input: SettingsInput,
  { values, sources }: SecretSettings,
  stdin: SecretInput,
): Promise<FoundSecret | FoundCredential | undefined> {
  const stored = storedPlacesFrom(input, values)
  if (target === 'claude') return findClaudeCredential(input.env, stored)
  const file = values.keyFile === undefined ? undefined : { path: values.keyFile, source: sources.keyFile }
  return findWorkerKey({ env: input.env, file, stdin, stored })
}
