import { type FoundCredential, resolveClaudeCredential } from '../../../credentials/claude-credential.ts'
import type { SecretInput } from '../../../credentials/sources/stdin.ts'
import { resolveWorkerKey } from '../../../credentials/worker-key.ts'
import { variable } from '../../../settings/environment.ts'
import { scaleSettings } from '../../../settings/fleet-definitions.ts'
import { type ReadSettings, readSettings, type SettingsInput } from '../../../settings/read-settings.ts'
import { deepFreeze } from '../../../shared/deep-freeze.ts'
import { ProblemList } from '../../../shared/problems.ts'
import type { Secret } from '../../../shared/secret.ts'
import { storedPlacesFrom } from '../../stored-places.ts'
import { type CaFile, readCaFile } from './ca-file.ts'

/** Settings of a scale. */
export type ScaleSettings = ReadSettings<typeof scaleSettings>

/** What workers are given that is not a setting. */
export interface WorkerSecrets {
  readonly workerKey: Secret
  readonly credential: FoundCredential
  readonly ca: CaFile | undefined
}

/** The settings of a scale. To make a fleet empty, or to look, no router has to be named. */
export async function resolveScaleSettings(input: SettingsInput, needsRouter: boolean): Promise<ScaleSettings> {
  const problems = new ProblemList()
  const settings = await readSettings(tableFor(needsRouter), input, problems)
  problems.throwIfAny()
  return deepFreeze(settings)
}

/** Settings and secrets for making workers; all that is wrong with any of them is said at once. */
export async function resolveScale(
  input: SettingsInput,
  stdin: SecretInput,
): Promise<{ readonly settings: ScaleSettings; readonly secrets: WorkerSecrets }> {
  const problems = new ProblemList()
  const settings = await readSettings(scaleSettings, input, problems)
  const { values, sources } = settings
  const stored = storedPlacesFrom(input, values)
  const file = values.keyFile === undefined ? undefined : { path: values.keyFile, source: sources.keyFile }
  const searches = [
    resolveWorkerKey({ env: input.env, file, stdin, stored }),
    resolveClaudeCredential(input.env, stored),
    readCaFile(values.caFile, sources.caFile, variable(input.env, 'NODE_EXTRA_CA_CERTS')),
  ] as const
  await Promise.allSettled(searches)
  const workerKey = await problems.gather(searches[0])
  const credential = await problems.gather(searches[1])
  const ca = await problems.gather(searches[2])
  problems.throwIfAny()
  if (!workerKey || !credential) throw new Error('a secret is missing although there was no problem')
  return { settings: deepFreeze(settings), secrets: { workerKey, credential, ca } }
}

function tableFor(needsRouter: boolean): typeof scaleSettings {
  if (needsRouter) return scaleSettings
  return { ...scaleSettings, routerUrl: { ...scaleSettings.routerUrl, required: false } }
}
