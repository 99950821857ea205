import { commonSettings } from '../settings/definitions.ts'
import { type Environment, variable } from '../settings/environment.ts'

/** Whether the result is wanted as JSON; has an answer even where the command line cannot be parsed. */
export function asksForJson(argv: readonly string[], env: Environment): boolean {
  const end = argv.indexOf('--')
  const options = end === -1 ? argv : argv.slice(0, end)
  return options.includes('--json') || isOn(variable(env, commonSettings.json.env))
}

function isOn(text: string | undefined): boolean {
  try {
    return text !== undefined && commonSettings.json.kind.parse(text)
  } catch {
    // Said with the other problems of the settings.
    return false
  }
}
