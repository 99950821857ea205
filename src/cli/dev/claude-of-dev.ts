import { claudeEnvironmentFrom, offlineEnvironmentFrom } from '../../settings/claude-environment.ts'
import type { Environment } from '../../settings/environment.ts'
import { Secret } from '../../shared/secret.ts'
import type { ClaudeConfig } from '../../worker/worker-config.ts'
import type { FoundClaude } from '../resolve-worker.ts'
import { claudeConfigFrom } from '../worker-config.ts'
import type { ResolvedDev } from './resolve-dev.ts'

/** Accepted by the echo model, and by nobody else. */
const inventedToken = new Secret('sk-ant-oat01-offline', 'auxot dev --offline')

/** Claude Code as the worker of `auxot dev` runs it: against Anthropic, or against the echo model at `echoUrl`. */
export function claudeOfDev(
  { settings, credential }: ResolvedDev,
  { claude, echoUrl }: { readonly claude: FoundClaude; readonly echoUrl: string | undefined },
  env: Environment,
): ClaudeConfig {
  if (credential && echoUrl === undefined) {
    return claudeConfigFrom(settings.values, { ...claude, credential, env: claudeEnvironmentFrom(env) })
  }
  return claudeConfigFrom(settings.values, {
    ...claude,
    credential: { kind: 'oauth-token', secret: inventedToken },
    env: { ...offlineEnvironmentFrom(env), ANTHROPIC_BASE_URL: `${echoUrl}`, NO_PROXY: '*' },
  })
}
