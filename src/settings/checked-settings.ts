import { deepFreeze } from '../shared/deep-freeze.ts'
import { ProblemList } from '../shared/problems.ts'
import { type ReadSettings, readSettings, type SettingsInput } from './read-settings.ts'
import type { Settings } from './setting.ts'

/** The settings of a command that has nothing else to check, frozen. @throws ConfigurationError with all that is wrong. */
export async function checkedSettings<Table extends Settings>(
  table: Table,
  input: SettingsInput,
): Promise<ReadSettings<Table>> {
  const problems = new ProblemList()
  const settings = await readSettings(table, input, problems)
  problems.throwIfAny()
  return deepFreeze(settings)
}
