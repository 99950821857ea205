import { type FoundCredential, findClaudeCredential } from '../../credentials/claude-credential.ts'
import { type DevSettings, resolveDevSettings } from '../../settings/dev-settings.ts'
import type { SettingsInput } from '../../settings/read-settings.ts'
import { ProblemList } from '../../shared/problems.ts'
import { storedPlacesFrom } from '../stored-places.ts'

/** What `auxot dev` was asked for. */
export interface ResolvedDev {
  readonly settings: DevSettings
  /** Absent: the echo model answers. */
  readonly credential: FoundCredential | undefined
}

/** Settings and, unless offline, Claude's credential. Offline none is even looked for. */
export async function resolveDev(input: SettingsInput): Promise<ResolvedDev> {
  const problems = new ProblemList()
  const settings = await resolveDevSettings(input, problems)
  const credential = settings.values.offline
    ? undefined
    : await problems.gather(findClaudeCredential(input.env, storedPlacesFrom(input, settings.values)))
  problems.throwIfAny()
  return { settings, credential }
}
