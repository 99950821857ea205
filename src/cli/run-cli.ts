import { Config } from '@oclif/core/config'
import { normalizeArgv } from '@oclif/core/help'
import type { LoadOptions } from '@oclif/core/interfaces'
import { commonSettings } from '../settings/definitions.ts'
import { type Environment, readEnvironment, variable } from '../settings/environment.ts'
import { asksForJson } from './asks-for-json.ts'
import { ourErrorFrom } from './errors-of-oclif.ts'
import { reportError } from './report-error.ts'
import { showHelp } from './show-help.ts'
import { strayWord, unknownCommand } from './unknown-command.ts'

/** Runs one command line to its end. Never throws; the outcome is the process's exit code. */
export async function runCli(argv: readonly string[], options: LoadOptions): Promise<void> {
  const env = readEnvironment()
  closeQuietly()
  try {
    await dispatch(argv, await Config.load(options))
  } catch (error) {
    reportError(ourErrorFrom(error), { json: asksForJson(argv, env), debug: wantsDebug(argv, env), env })
  }
  endInTime()
}

async function dispatch(argv: readonly string[], config: Config): Promise<void> {
  if (argv.length === 0 || optionsOf(argv).includes('--help')) {
    return showHelp(
      argv.filter((word) => word !== '--help'),
      config,
    )
  }
  if (argv[0] === '--version') return showVersion(argv, config)
  const [id = '', ...rest] = normalizeArgv(config, [...argv])
  const command = config.findCommand(id)
  if (command) return config.runCommand(id, rest, command)
  if (id.startsWith('-')) throw strayWord('', argv)
  if (!config.findTopic(id)) throw unknownCommand(id, config)
  if (rest.length > 0) throw strayWord(id, rest)
  return showHelp([id], config)
}

/** `--version` alone never gets here: the launcher answers it. */
function showVersion(argv: readonly string[], { version, userAgent }: Config): void {
  const other = argv.slice(1).filter((word) => word !== '--json')
  if (other.length > 0) throw strayWord('', other)
  const document = { schema: 'auxot.version/v1', version, node: process.version, userAgent }
  process.stdout.write(`${asksForJson(argv, readEnvironment()) ? JSON.stringify(document) : userAgent}\n`)
}

function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

/** A reader that has seen enough (`| head -1`), or a terminal that was closed, is no error. */
function closeQuietly(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
    })
  }
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
