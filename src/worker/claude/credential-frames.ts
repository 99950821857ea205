import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClaudeCredential } from '../worker-config.ts'
import type { ControlRequest, OutgoingFrame } from './frames.ts'
import type { SessionDirectory } from './session-directory.ts'

/** A subscription's token, on stdin only: a process's environment and command line can be read by every tool that it runs. */
export function tokenFrames(credential: ClaudeCredential | undefined): OutgoingFrame[] {
  if (credential?.kind !== 'oauth-token') return []
  return [{ type: 'update_environment_variables', variables: { CLAUDE_CODE_OAUTH_TOKEN: credential.secret.reveal() } }]
}

/** The token taken back: what the process would ask the model now, nobody asked for. */
export function withdrawalFrames(credential: ClaudeCredential | undefined): OutgoingFrame[] {
  if (credential?.kind !== 'oauth-token') return []
  return [{ type: 'update_environment_variables', variables: { CLAUDE_CODE_OAUTH_TOKEN: '' } }]
}

/**
 * An API key, which is not taken on stdin: Claude Code asks a helper command for it when it asks the model first, and the
 * helper takes the file with the key away as it reads it, so it is gone before any tool runs. To be sent before every question,
 * behind the other settings: a change of settings makes Claude Code forget the key.
 */
export async function apiKeyRequests(
  credential: ClaudeCredential | undefined,
  directory: Pick<SessionDirectory, 'path'>,
): Promise<ControlRequest[]> {
  if (credential?.kind !== 'api-key') return []
  const path = join(directory.path, `key-${randomUUID()}`)
  await writeFile(path, credential.secret.reveal(), { mode: 0o600 })
  const file = `'${path.replaceAll("'", `'\\''`)}'`
  return [{ subtype: 'apply_flag_settings', settings: { apiKeyHelper: `cat ${file} && rm -f ${file}` } }]
}
