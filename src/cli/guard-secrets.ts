import { findExposures } from '../credentials/exposed-secrets.ts'
import type { Secret } from '../shared/secret.ts'

/** Something about a worker's secrets that its operator should know. */
export interface SecretWarning {
  readonly code: 'SECRET_EXPOSED' | 'TOOLS_AS_ROOT'
  readonly message: string
}

/** A worker whose secrets are looked at. */
export interface GuardedWorker {
  readonly secrets: readonly Secret[]
  readonly tools: 'all' | readonly string[]
  /** It was to become an ordinary user and could not. */
  readonly staysItself: boolean
}

/** What is weak about the secrets of a worker whose Claude Code may run tools on this host. */
export async function secretWarnings({ secrets, tools, staysItself }: GuardedWorker): Promise<SecretWarning[]> {
  if (tools.length === 0) return []
  const exposures = await findExposures(secrets)
  const isRoot = process.getuid?.() === 0
  return [...(exposures.length === 0 ? [] : [exposed(exposures)]), ...(isRoot ? [asRoot(staysItself)] : [])]
}

function exposed(processes: readonly { readonly pid: number; readonly name: string }[]): SecretWarning {
  const list = processes.map(({ pid, name }) => `${name} (${pid})`).join(', ')
  const message =
    `A secret stands in the environment of ${list}, where Claude Code's tools can read it. ` +
    'Keep it in the keychain or in a file, or start auxot without a program in between.'
  return { code: 'SECRET_EXPOSED', message }
}

function asRoot(staysItself: boolean): SecretWarning {
  const wayOut = staysItself ? 'Start the worker as an ordinary user.' : 'Name an ordinary user with --user.'
  return {
    code: 'TOOLS_AS_ROOT',
    message: `Claude Code's tools run as root, and root can read every secret. ${wayOut}`,
  }
}
