import type { LoadOptions } from '@oclif/core/interfaces'
import { commonSettings } from '../settings/definitions.ts'
import { type Environment, readEnvironment, variable } from '../settings/environment.ts'
import { UsageError } from '../shared/errors.ts'
import { asksForJson } from './asks-for-json.ts'
import { ourErrorFrom } from './errors-of-oclif.ts'
import { outliveOutput } from './outlive-output.ts'
import { ranQuickly } from './quick-command.ts'
import { reportError } from './report-error.ts'

/** Runs one command line to its end. Never throws; the outcome is the process's exit code. */
export async function runCli(argv: readonly string[], options: LoadOptions): Promise<void> {
  const env = readEnvironment()
  openNoDebugger()
  outliveOutput()
  try {
    assertSomewhere()
    if (await ranQuickly(argv, env)) return
    const { dispatch } = await import('./dispatch.ts')
    await dispatch(argv, options)
  } catch (error) {
    reportError(ourErrorFrom(error), { json: asksForJson(argv, env), debug: wantsDebug(argv, env), env })
  } finally {
    endInTime()
  }
}

/** Whatever is started from here on would fail at a folder that is gone, each program in words of its own. */
function assertSomewhere(): void {
  try {
    process.cwd()
  } catch (cause) {
    throw new UsageError('The current folder is no longer there', { hint: 'Change to one that is.', cause })
  }
}

/**
 * At SIGUSR1 Node.js opens its debugger to everybody on this machine, and a debugger reads every secret. Whoever runs as the
 * worker's user may send it: Claude Code's tools too.
 */
function openNoDebugger(): void {
  process.on('SIGUSR1', () => {})
}

/** Everything was released, so nothing should keep the process alive; what does all the same must not hang a host's shutdown. */
function endInTime(): void {
  const limitMs = 5_000
  setTimeout(() => {
    process.stderr.write('Warning: auxot was done but something kept the process alive; this is a bug.\n')
    process.exit()
  }, limitMs).unref()
}

/** Read without the parser, which may be what failed. */
function wantsDebug(argv: readonly string[], env: Environment): boolean {
  const { flag, env: name } = commonSettings.logLevel
  const at = argv.findIndex((word) => word === `--${flag}` || word.startsWith(`--${flag}=`))
  const level = at === -1 ? variable(env, name) : (argv[at]?.split('=')[1] ?? argv[at + 1])
  return level === 'debug' || level === 'trace'
}
