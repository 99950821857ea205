import { AuxotError } from '../shared/errors.ts'
import type { ProblemList } from '../shared/problems.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { type Environment, variable } from './environment.ts'
import type { Setting, Settings, ValuesOf } from './setting.ts'

/** Where settings are read from. */
export interface SettingsInput {
  /** As oclif parsed them, by flag name: texts, and true for switches. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Environment
  /** oclif's configuration folder; without it no config file is read. */
  readonly configDir?: string | undefined
  /** oclif's data folder; without it no stored secret is looked for. */
  readonly dataDir?: string | undefined
}

/** Checked values, each with where it came from. */
export interface ReadSettings<Table extends Settings> {
  readonly values: ValuesOf<Table>
  /** `--model`, `AUXOT_CLI_DEFAULT_MODEL`, `config.json: model` or `default`. */
  readonly sources: Readonly<Record<keyof Table, string>>
}

interface Found {
  readonly text: string
  readonly source: string
  /** Of the config file, where the text stood in it. */
  readonly folder?: string | undefined
}

/**
 * Reads every setting of a table: flag, then environment, then config file, then default.
 * What is wrong goes to `problems`; until that list was checked, a value may be missing.
 */
export async function readSettings<Table extends Settings>(
  table: Table,
  input: SettingsInput,
  problems: ProblemList,
): Promise<ReadSettings<Table>> {
  const file = await fileOf(input, problems)
  const values: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  for (const [name, setting] of Object.entries(table)) {
    const found = find(setting, input, file)
    sources[name] = found?.source ?? 'default'
    values[name] = found && check(setting, found, problems)
    if (!found && setting.required) problems.add(missing(setting))
  }
  return { values: values as ValuesOf<Table>, sources: sources as Record<keyof Table, string> }
}

async function fileOf({ configDir }: SettingsInput, problems: ProblemList): Promise<ConfigFile | undefined> {
  if (configDir === undefined) return undefined
  const file = await readConfigFile(configDir)
  for (const problem of file.problems) problems.add(problem)
  return file
}

function find(
  setting: Setting,
  { flags, env, configDir }: SettingsInput,
  file: ConfigFile | undefined,
): Found | undefined {
  const flag = flags[setting.flag]
  if (flag !== undefined) {
    return { text: Array.isArray(flag) ? flag.join('\n') : String(flag), source: `--${setting.flag}` }
  }
  const fromEnv = variable(env, setting.env)
  if (fromEnv !== undefined) return { text: fromEnv, source: setting.env }
  const fromFile = setting.key === false ? undefined : file?.texts.get(setting.key)
  if (fromFile) return { ...fromFile, folder: configDir }
  return setting.default === undefined ? undefined : { text: setting.default, source: 'default' }
}

function check(setting: Setting, { text, source, folder }: Found, problems: ProblemList): unknown {
  try {
    return setting.kind.parse(text, folder)
  } catch (error) {
    if (!(error instanceof AuxotError)) throw error
    problems.add({ source, message: error.message, hint: error.hint })
    return undefined
  }
}

function missing({ flag, env, key }: Setting) {
  const inFile = key === false ? '' : `, or "${key}" in config.json`
  return { message: `--${flag} is missing`, hint: `Give --${flag}, set ${env}${inFile}.` }
}
