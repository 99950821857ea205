import type { Environment } from '../../../settings/environment.ts'
import type { statusSettings } from '../../../settings/fleet-definitions.ts'
import type { ValuesOf } from '../../../settings/setting.ts'
import { useColour } from '../../use-colour.ts'
import { eachDocument, lastDocument } from './document-display.ts'
import type { StatusDisplay, StatusOutput } from './status-display.ts'

type Choice = Pick<ValuesOf<typeof statusSettings>, 'watch' | 'json' | 'waitFor' | 'quiet'>

/** How the operator wants to see it. What a script does not want to see is not loaded for it. */
export async function chooseDisplay(choice: Choice, env: Environment): Promise<StatusDisplay> {
  const { stdout, stderr } = process
  const output: StatusOutput = {
    print: (text) => void stdout.write(text),
    tell: (line) => void stderr.write(`${line}\n`),
    colour: useColour(env, stdout.isTTY === true),
  }
  const display = await displayFor(choice, output)
  const { waitFor, watch, quiet } = choice
  if (!waitFor) return display
  const { whileWaiting } = await import('./wait-display.ts')
  // Who watches sees how far it is.
  return whileWaiting(display, output, { waitFor, isQuiet: quiet || watch })
}

async function displayFor({ watch, json }: Choice, output: StatusOutput): Promise<StatusDisplay> {
  if (json) return watch ? eachDocument(output) : lastDocument(output)
  if (watch && process.stdout.isTTY) {
    const { liveScreen } = await import('./live-screen.ts')
    return liveScreen(output, () => process.stdout)
  }
  const { eachChange, lastTable } = await import('./text-display.ts')
  return watch ? eachChange(output) : lastTable(output)
}
