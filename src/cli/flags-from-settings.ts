import * as Flags from '@oclif/core/flags'
import type { FlagInput } from '@oclif/core/interfaces'
import type { Setting, Settings } from '../settings/setting.ts'

/** oclif's flags for a table of settings. oclif only splits the command line; values are checked with those of all other sources. */
export function flagsFrom(settings: Settings, helpGroup?: string): FlagInput {
  return Object.fromEntries(Object.values(settings).map((setting) => [setting.flag, flagFrom(setting, helpGroup)]))
}

function flagFrom(setting: Setting, helpGroup: string | undefined) {
  const facts = { description: describe(setting), ...(helpGroup && { helpGroup }) }
  const { placeholder } = setting.kind
  if (placeholder === '') return Flags.boolean(facts)
  return Flags.string({ ...facts, helpValue: placeholder.includes('|') ? `<${placeholder}>` : placeholder })
}

function describe({ summary, env, default: fallback, kind, required }: Setting): string {
  const standard = fallback === undefined || kind.placeholder === '' ? [] : [`default: ${fallback}`]
  return `${summary} [${[required ? 'required' : [], standard, `env: ${env}`].flat().join(', ')}]`
}
