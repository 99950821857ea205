import { findExposures } from '../credentials/exposed-secrets.ts'
import type { Secret } from '../shared/secret.ts'

/** Something about a worker's secrets that its operator should know. */
export interface SecretWarning {
  readonly code: 'SECRET_EXPOSED' | 'TOOLS_AS_ROOT'
  readonly message: string
}

/** What is weak about the secrets of a worker whose Claude Code may run tools on this host. */
export async function secretWarnings(
  secrets: readonly Secret[],
  tools: 'all' | readonly string[],
): Promise<SecretWarning[]> {
  if (tools.length === 0) return []
  const exposures = await findExposures(secrets)
  return [...(exposures.length === 0 ? [] : [exposed(exposures)]), ...(process.getuid?.() === 0 ? [asRoot] : [])]
}

function exposed(processes: readonly { readonly pid: number; readonly name: string }[]): SecretWarning {
  const list = processes.map(({ pid, name }) => `${name} (${pid})`).join(', ')
  const message =
    `A secret stands in the environment of ${list}, where Claude Code's tools can read it. ` +
    'Keep it in the keychain or in a file, or start auxot without a program in between.'
  return { code: 'SECRET_EXPOSED', message }
}

const asRoot: SecretWarning = {
  code: 'TOOLS_AS_ROOT',
  message: "Claude Code's tools run as root, and root can read every secret. Name an ordinary user with --user.",
}
