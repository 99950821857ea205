import * as Flags from '@oclif/core/flags'
import type { AlphabetLowercase, FlagInput } from '@oclif/core/interfaces'
import type { Setting, Settings } from '../settings/setting.ts'

/** oclif's flags for a table of settings. oclif only splits the command line; values are checked with those of all other sources. */
export function flagsFrom(settings: Settings, helpGroup?: string): FlagInput {
  return Object.fromEntries(Object.values(settings).map((setting) => [setting.flag, flagFrom(setting, helpGroup)]))
}

function flagFrom(setting: Setting, helpGroup: string | undefined) {
  const { char, multiple = false, kind, default: fallback } = setting
  const facts = {
    description: describe(setting),
    ...(helpGroup && { helpGroup }),
    ...(char && { char: char as AlphabetLowercase }),
  }
  const { placeholder } = kind
  // What is on by itself can only be switched off.
  if (placeholder === '' && fallback === 'true') return Flags.boolean({ ...facts, allowNo: true })
  if (placeholder === '') return Flags.boolean(facts)
  const text = { ...facts, helpValue: placeholder.includes('|') ? `<${placeholder}>` : placeholder }
  return multiple ? Flags.string({ ...text, multiple }) : Flags.string(text)
}

function describe({ summary, env, default: fallback, kind, required }: Setting): string {
  const standard =
    fallback === undefined || (kind.placeholder === '' && fallback !== 'true') ? [] : [`default: ${fallback}`]
  return `${summary} [${[required ? 'required' : [], standard, `env: ${env}`].flat().join(', ')}]`
}
