import { deepFreeze } from '../shared/deep-freeze.ts'
import type { ProblemList } from '../shared/problems.ts'
import { servingSettings } from './definitions.ts'
import { devSettings } from './dev-definitions.ts'
import { type ReadSettings, readSettings, type SettingsInput } from './read-settings.ts'

export type DevSettings = ReadSettings<typeof devSettings> & {
  /** How the worker serves: the defaults, whatever this host's real worker is told. */
  readonly serving: ReadSettings<typeof servingSettings>['values']
}

/** The settings of `auxot dev`, frozen. */
export async function resolveDevSettings(input: SettingsInput, problems: ProblemList): Promise<DevSettings> {
  const settings = await readSettings(devSettings, input, problems)
  const serving = await readSettings(servingSettings, { flags: {}, env: {} }, problems)
  return deepFreeze({ ...settings, serving: { ...serving.values, concurrency: settings.values.concurrency } })
}
