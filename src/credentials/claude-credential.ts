import { UsageError } from '../shared/errors.ts'
import type { Secret } from '../shared/secret.ts'
import { resolveSecret, type SecretSource } from './resolve-secret.ts'
import { apiKeyVariable, oauthTokenVariable as tokenVariable } from './secret-variables.ts'
import { assertNotBoth, isSet, secretInVariable, type Variables } from './sources/environment.ts'
import { secretInFile } from './sources/file.ts'

/** What Claude Code shows to its model. */
export interface FoundCredential {
  readonly kind: 'oauth-token' | 'api-key'
  readonly secret: Secret
  /** Which was taken and why, where there were two. */
  readonly note?: string | undefined
}

/** Claude's credential, or undefined. The subscription's token goes before the API key, because the key bills the API. */
export async function findClaudeCredential(env: Variables): Promise<FoundCredential | undefined> {
  const token = await resolveSecret(sourcesOf(env, tokenVariable))
  const apiKeyIsSet = isSet(env, apiKeyVariable) || isSet(env, `${apiKeyVariable}_FILE`)
  if (token) return { kind: 'oauth-token', secret: token, note: apiKeyIsSet ? noteOn(token) : undefined }
  const apiKey = await resolveSecret(sourcesOf(env, apiKeyVariable))
  return apiKey && { kind: 'api-key', secret: apiKey }
}

/** Claude's credential; a worker without one would take every job and fail it. */
export async function resolveClaudeCredential(env: Variables): Promise<FoundCredential> {
  const found = await findClaudeCredential(env)
  if (found) return found
  throw new UsageError('There is no Claude credential', {
    hint:
      `Run "claude setup-token" and put the token into ${tokenVariable}, or the name of a file with it into ${tokenVariable}_FILE. ` +
      `${apiKeyVariable} works too; it bills the API.`,
  })
}

function sourcesOf(env: Variables, name: string): SecretSource[] {
  assertNotBoth(env, name)
  const inVariable = secretInVariable(env, name)
  return isSet(env, `${name}_FILE`) ? [secretInFile(`${env[`${name}_FILE`]}`, `${name}_FILE`)] : [inVariable]
}

function noteOn(token: Secret): string {
  return `Claude's credential is the token from ${token.source}. ${apiKeyVariable} is set too and is not used: it bills the API.`
}
