import { parseArgs } from 'node:util'
import type { Settings } from '../settings/setting.ts'

/**
 * The flags of a command line that holds nothing but flags of a table, each once, as oclif would give them.
 * Undefined for any other: oclif then says what is wrong with it.
 */
export function plainFlags(argv: readonly string[], table: Settings): Readonly<Record<string, unknown>> | undefined {
  const settings = Object.values(table)
  const options = Object.fromEntries(
    settings.map(({ flag, kind }) => [flag, { type: kind.placeholder === '' ? 'boolean' : 'string' } as const]),
  )
  try {
    const { values, tokens } = parseArgs({ args: [...argv], options, tokens: true })
    // A value that looks like a flag is more likely one whose own value was forgotten.
    const hasDoubts = Object.values(values).some((value) => typeof value === 'string' && value.startsWith('-'))
    return hasDoubts || Object.keys(values).length < tokens.length ? undefined : { ...values }
  } catch {
    return undefined
  }
}
