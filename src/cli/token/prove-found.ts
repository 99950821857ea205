import { claudeEnvironmentFrom } from '../../settings/claude-environment.ts'
import type { Environment } from '../../settings/environment.ts'
import { createLog } from '../../shared/log.ts'
import type { CredentialProof } from '../../worker/prove-credential.ts'
import type { ClaudeCredential } from '../../worker/worker-config.ts'
import { findClaude } from '../resolve-worker.ts'

/** Asks the model service about a credential, through the Claude Code of this host. */
export async function proveFound(
  { kind, secret }: ClaudeCredential,
  claudePath: string | undefined,
  env: Environment,
): Promise<CredentialProof> {
  const claude = await findClaude(claudePath, env)
  const { proveCredential } = await import('../../worker/prove-credential.ts')
  const log = createLog({ level: 'silent', format: 'json', colour: false, secrets: [secret] })
  return proveCredential({ ...claude, credential: { kind, secret }, env: claudeEnvironmentFrom(env) }, log)
}
