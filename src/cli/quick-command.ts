import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretVariables } from '../credentials/secret-variables.ts'
import { type Environment, forgetVariables } from '../settings/environment.ts'

/**
 * Runs what scripts ask for again and again without oclif, which takes longer to load than the command takes. Whatever is not plain
 * about the command line, a mistake above all, is left to oclif.
 * @returns whether the command was run
 */
export async function ranQuickly(argv: readonly string[], env: Environment): Promise<boolean> {
  const [topic, command, ...rest] = argv
  if (topic !== 'worker' || command !== 'status' || process.platform === 'win32') return false
  const [{ statusSettings }, { plainFlags }] = await Promise.all([
    import('../settings/fleet-definitions.ts'),
    import('./plain-flags.ts'),
  ])
  const flags = plainFlags(rest, statusSettings)
  if (!flags) return false
  forgetVariables(secretVariables)
  const { runStatus } = await import('./fleet/status/run-status.ts')
  await runStatus({ flags, env, configDir: configDirFrom(env) })
  return true
}

/** The folder of config.json, as oclif has it. */
export function configDirFrom({ AUXOT_CONFIG_DIR, XDG_CONFIG_HOME, HOME }: Environment): string {
  return AUXOT_CONFIG_DIR || join(XDG_CONFIG_HOME || join(HOME || homedir() || tmpdir(), '.config'), 'auxot')
}
