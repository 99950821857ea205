import { Config } from '@oclif/core/config'
import { normalizeArgv } from '@oclif/core/help'
import type { LoadOptions } from '@oclif/core/interfaces'
import { nameShell, readEnvironment } from '../settings/environment.ts'
import { asksForJson } from './asks-for-json.ts'
import { showHelp } from './show-help.ts'
import { strayWord, unknownCommand } from './unknown-command.ts'

/** Finds the command that a line names, and runs it. */
export async function dispatch(argv: readonly string[], options: LoadOptions): Promise<void> {
  nameShell()
  const config = await Config.load(options)
  if (argv.length === 0 || optionsOf(argv).some(asksForHelp)) {
    return showHelp(
      argv.filter((word) => !asksForHelp(word)),
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

function asksForHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}

function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}
