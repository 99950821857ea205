import { type FoundCredential, resolveClaudeCredential } from '../credentials/claude-credential.ts'
import type { SecretInput } from '../credentials/sources/stdin.ts'
import { resolveWorkerKey } from '../credentials/worker-key.ts'
import { claudeEnvironmentFrom } from '../settings/environment.ts'
import type { SettingsInput } from '../settings/read-settings.ts'
import { resolveWorkerSettings, type WorkerSettings } from '../settings/worker-settings.ts'
import { ProblemList } from '../shared/problems.ts'
import type { Secret } from '../shared/secret.ts'

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
  const [workerKey, credential, claude] = await Promise.all([
    problems.gather(resolveWorkerKey({ env: input.env, file: keyFileOf(settings), stdin })),
    problems.gather(resolveClaudeCredential(input.env)),
    problems.gather(findClaude(settings.values.claudePath, input.env)),
  ])
  problems.throwIfAny()
  if (!workerKey || !credential || !claude) throw new Error('a value is missing although there was no problem')
  return { settings, workerKey, credential, claude }
}

/** The claude program. Loaded only here: what starts processes is slow to import. */
export async function findClaude(path: string | undefined, env: SettingsInput['env']): Promise<FoundClaude> {
  const { resolveClaude } = await import('../worker/claude/find-claude.ts')
  return resolveClaude(path, claudeEnvironmentFrom(env))
}

function keyFileOf({ values, sources }: WorkerSettings) {
  return values.keyFile === undefined ? undefined : { path: values.keyFile, source: sources.keyFile }
}
