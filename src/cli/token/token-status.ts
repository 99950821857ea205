import { type Account, type SecretTarget, secretTargets } from '../../credentials/account.ts'
import type { FoundCredential } from '../../credentials/claude-credential.ts'
import type { FoundSecret } from '../../credentials/resolve-secret.ts'
import type { SecretInput } from '../../credentials/sources/stdin.ts'
import { isApiKey } from '../../credentials/stored-secret.ts'
import type { SecretStore } from '../../credentials/stores/secret-store.ts'
import { checkedSettings } from '../../settings/checked-settings.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { tokenStatusSettings } from '../../settings/token-definitions.ts'
import { systemClock } from '../../shared/clock.ts'
import { AuxotError } from '../../shared/errors.ts'
import type { CredentialProof } from '../../worker/prove-credential.ts'
import { secretStores } from '../stored-places.ts'
import { findSecret } from './find-secret.ts'
import { proveFound } from './prove-found.ts'

/** What is known of one of the two secrets. */
export interface SecretStatus {
  readonly target: SecretTarget
  readonly found?: FoundSecret | FoundCredential | undefined
  readonly kind: 'oauth-token' | 'api-key' | 'worker-key'
  /** Why it could not be looked for to the end. */
  readonly error?: AuxotError | undefined
  readonly proof?: CredentialProof | undefined
}

/** What `token status` says. */
export interface TokenStatus {
  readonly secrets: readonly SecretStatus[]
  /** Everything that auxot keeps, for all routers. */
  readonly kept: readonly (Account & { readonly store: SecretStore['kind'] })[]
  readonly nowMs: number
}

/** Looks for both secrets as a worker would; with `--probe` the model service is asked too. */
export async function tokenStatus(
  input: SettingsInput & { readonly dataDir: string },
  stdin: SecretInput,
): Promise<TokenStatus> {
  const settings = await checkedSettings(tokenStatusSettings, input)
  const secrets = await Promise.all(
    secretTargets.map((target) => look(target, () => findSecret(target, input, settings, stdin))),
  )
  const { probe, claudePath } = settings.values
  const proved = probe ? await Promise.all(secrets.map((secret) => withProof(secret, claudePath, input))) : secrets
  return { secrets: proved, kept: await everythingKept(input), nowMs: systemClock.now() }
}

async function look(
  target: SecretTarget,
  find: () => Promise<FoundSecret | FoundCredential | undefined>,
): Promise<SecretStatus> {
  const kind = target === 'router' ? 'worker-key' : 'oauth-token'
  try {
    const found = await find()
    return { target, found, kind: target === 'claude' && found && isApiKey(found.secret) ? 'api-key' : kind }
  } catch (error) {
    if (!(error instanceof AuxotError)) throw error
    return { target, kind, error }
  }
}

async function withProof(
  secret: SecretStatus,
  claudePath: string | undefined,
  { env }: SettingsInput,
): Promise<SecretStatus> {
  const { target, found } = secret
  if (target !== 'claude' || !found || !('kind' in found)) return secret
  return { ...secret, proof: await proveFound(found, claudePath, env) }
}

async function everythingKept({ dataDir, env }: { dataDir: string; env: SettingsInput['env'] }) {
  const stores = Object.values(secretStores(dataDir, env))
  const lists = await Promise.all(
    stores.map(async (store) => (await store.accounts()).map((account) => ({ ...account, store: store.kind }))),
  )
  return lists.flat()
}
