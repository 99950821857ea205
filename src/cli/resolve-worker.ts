import { type FoundCredential, resolveClaudeCredential } from '../credentials/claude-credential.ts'
import type { SecretInput } from '../credentials/sources/stdin.ts'
import { resolveWorkerKey } from '../credentials/worker-key.ts'
import { claudeEnvironmentFrom } from '../settings/claude-environment.ts'
import type { SettingsInput } from '../settings/read-settings.ts'
import { resolveWorkerSettings, type WorkerSettings } from '../settings/worker-settings.ts'
import { ProblemList } from '../shared/problems.ts'
import type { Secret } from '../shared/secret.ts'
import { storedPlacesFrom } from './stored-places.ts'

/** Claude Code as it was found on this host. */
export interface FoundClaude {
  readonly path: string
  readonly version: string
}

/** Everything that a worker needs and that had to be looked up. */
export interface ResolvedWorker {
  readonly settings: WorkerSettings
  readonly workerKey: Secret
  readonly credential: FoundCredential
  readonly claude: FoundClaude
}

/** Settings, key, credential and program; all that is wrong with any of them is said at once. */
export async function resolveWorker(input: SettingsInput, stdin: SecretInput): Promise<ResolvedWorker> {
  const problems = new ProblemList()
  const settings = await resolveWorkerSettings(input, problems)
  const stored = storedPlacesFrom(input, settings.values)
  const searches = [
    resolveWorkerKey({ env: input.env, file: keyFileOf(settings), stdin, stored }),
    resolveClaudeCredential(input.env, stored),
    findClaude(settings.values.claudePath, input.env),
  ] as const
  // At the same time; what is wrong is told in this order, whichever ends first.
  await Promise.allSettled(searches)
  const workerKey = await problems.gather(searches[0])
  const credential = await problems.gather(searches[1])
  const claude = await problems.gather(searches[2])
  problems.throwIfAny()
  if (!workerKey || !credential || !claude) throw new Error('a value is missing although there was no problem')
  return { settings, workerKey, credential, claude }
}

/** The claude program. Loaded only here: what starts processes is slow to import. */
export async function findClaude(path: string | undefined, env: SettingsInput['env']): Promise<FoundClaude> {
  const { resolveClaude } = await import('../worker/claude/find-claude.ts')
  return resolveClaude(path, claudeEnvironmentFrom(env))
}

/** The file of the worker key, and who named it. */
function keyFileOf({ values, sources }: Pick<WorkerSettings, 'values' | 'sources'>) {
  return values.keyFile === undefined ? undefined : { path: values.keyFile, source: sources.keyFile }
}
