import type { Config } from '@oclif/core/config'
import { UsageError } from '../shared/errors.ts'
import { nearest } from '../shared/nearest.ts'

/** Words that name no command, with the nearest that does. What does not look like a command is not repeated: it may be a secret. */
export function unknownCommand(id: string, { commandIDs }: Config): UsageError {
  const words = id.replaceAll(':', ' ')
  const near = nearest(
    words,
    commandIDs.map((known) => known.replaceAll(':', ' ')),
  )
  const message = /^[a-z][a-z -]{0,40}$/.test(words) ? `There is no command "${words}"` : 'There is no such command'
  return new UsageError(message, { hint: near ? `Did you mean "auxot ${near}"?` : 'See "auxot --help".' })
}

/** Something behind a topic (`auxot worker`) that is no command, or a flag where no command was named. */
export function strayWord(topic: string, words: readonly string[]): UsageError {
  const name = ['auxot', ...topic.split(':')].filter((word) => word !== '').join(' ')
  const flag = words.find((word) => word.startsWith('-'))
  const message = flag ? `There is no flag ${flag.split('=')[0]} for "${name}"` : `"${name}" takes no arguments`
  return new UsageError(message, { hint: `See "${name} --help".` })
}
