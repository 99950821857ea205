import type { Config } from '@oclif/core/config'
import { Help, normalizeArgv } from '@oclif/core/help'
import { unknownCommand } from './unknown-command.ts'

/** Prints the help of the command or topic that the words name, of everything where there are none. */
export async function showHelp(words: readonly string[], config: Config): Promise<void> {
  const help = new Help(config, config.pjson.oclif.helpOptions)
  const [id = ''] = normalizeArgv(config, [...words])
  if (words.length === 0 || id.startsWith('-')) return help.showHelp([])
  const command = config.findCommand(id)
  if (command) return help.showCommandHelp(command)
  if (!config.findTopic(id)) throw unknownCommand(id, config)
  return help.showHelp([id])
}
