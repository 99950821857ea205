import { UsageError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { type FoundSecret, resolveSecret, type SecretSource, type SourceKind } from './resolve-secret.ts'
import { apiKeyVariable, oauthTokenVariable as tokenVariable } from './secret-variables.ts'
import { assertNotBoth, isSet, secretInVariable, type Variables } from './sources/environment.ts'
import { secretInFile } from './sources/file.ts'
import { isStored, type StoredPlaces, storedSecrets } from './sources/stored.ts'
import { isApiKey, type SecretDates } from './stored-secret.ts'

/** What Claude Code shows to its model. */
export interface FoundCredential {
  readonly kind: 'oauth-token' | 'api-key'
  readonly secret: Secret
  readonly from: SourceKind
  readonly dates?: SecretDates | undefined
  /** When it stops being accepted, where that is known. */
  readonly expiresAtMs?: number | undefined
  /** Which was taken and why, where there were two. */
  readonly note?: string | undefined
}

const nothingStored: StoredPlaces = { stores: [] }

/**
 * Claude's credential, or undefined: from the environment, else what was stored. Within the environment the subscription's token
 * goes before the API key, because the key bills the API.
 */
export async function findClaudeCredential(
  env: Variables,
  stored: StoredPlaces = nothingStored,
): Promise<FoundCredential | undefined> {
  const token = await resolveSecret(sourcesOf(env, tokenVariable))
  const apiKeyIsSet = isSet(env, apiKeyVariable) || isSet(env, `${apiKeyVariable}_FILE`)
  if (token) return { kind: 'oauth-token', ...token, note: apiKeyIsSet ? noteOnToken(token) : undefined }
  const apiKey = await resolveSecret(sourcesOf(env, apiKeyVariable))
  if (apiKey)
    return { kind: 'api-key', ...apiKey, note: (await isStored('claude', stored)) ? noteOnKey(apiKey) : undefined }
  const kept = await resolveSecret(storedSecrets('claude', stored))
  return (
    kept && { kind: isApiKey(kept.secret) ? 'api-key' : 'oauth-token', ...kept, expiresAtMs: kept.dates?.expiresAtMs }
  )
}

/** Claude's credential; a worker without one would take every job and fail it. */
export async function resolveClaudeCredential(env: Variables, stored?: StoredPlaces): Promise<FoundCredential> {
  const found = await findClaudeCredential(env, stored)
  if (found) return found
  throw new UsageError('There is no Claude credential', {
    hint:
      'Run "auxot worker token", which gets one and keeps it; ' +
      `or put a token of "claude setup-token" into ${tokenVariable}, or the name of a file with it into ${tokenVariable}_FILE. ` +
      `${apiKeyVariable} works too; it bills the API.`,
  })
}

function sourcesOf(env: Variables, name: string): SecretSource[] {
  assertNotBoth(env, name)
  const inVariable = secretInVariable(env, name)
  return isSet(env, `${name}_FILE`) ? [secretInFile(`${env[`${name}_FILE`]}`, `${name}_FILE`)] : [inVariable]
}

function noteOnToken({ secret }: FoundSecret): string {
  return `Claude's credential is the token from ${secret.source}. ${apiKeyVariable} is set too and is not used: it bills the API.`
}

function noteOnKey({ secret }: FoundSecret): string {
  return `Claude's credential is the API key from ${secret.source}, which bills the API. The stored one is not used: what is set in the environment goes first.`
}
