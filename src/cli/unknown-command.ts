import type { Config } from '@oclif/core/config'
import { UsageError } from '../shared/errors.ts'
import { nearest } from '../shared/nearest.ts'

/**
 * Words that name no command, with the nearest that does.
 * Words behind the wrong one, and what does not look like a command, are not repeated: a secret may have been pasted.
 */
export function unknownCommand(id: string, config: Config): UsageError {
  const words = id.split(':')
  const known = prefixOf(words, (prefix) => config.findCommand(prefix) !== undefined)
  if (known.length > 0) return strayArguments(known.join(' '), words.length - known.length)
  const topic = prefixOf(words, (prefix) => config.findTopic(prefix) !== undefined)
  const named = words.slice(0, topic.length + 1).join(' ')
  const near = nearest(
    named,
    config.commandIDs.map((commandId) => commandId.replaceAll(':', ' ')),
  )
  const message = /^[a-z][a-z -]{0,40}$/.test(named) ? `There is no command "${named}"` : 'There is no such command'
  return new UsageError(message, { hint: near ? `Did you mean "auxot ${near}"?` : 'See "auxot --help".' })
}

/** More words than a command takes. They are not repeated: one of them may be a secret. */
export function strayArguments(command: string, count: number): UsageError {
  const given = count === 1 ? 'an argument' : `${count} arguments`
  return new UsageError(`auxot ${command} was given ${given} it does not take`, {
    hint: `See "auxot ${command} --help".`,
  })
}

/** Something behind a topic (`auxot worker`) that is no command, or a flag where no command was named. */
export function strayWord(topic: string, words: readonly string[]): UsageError {
  const name = ['auxot', ...topic.split(':')].filter((word) => word !== '').join(' ')
  const flag = words.find((word) => word.startsWith('-'))
  const message = flag ? `There is no flag ${flag.split('=')[0]} for "${name}"` : `"${name}" takes no arguments`
  return new UsageError(message, { hint: `See "${name} --help".` })
}

/** The longest run of words from the start that is known. */
function prefixOf(words: readonly string[], isKnown: (id: string) => boolean): readonly string[] {
  for (let length = words.length; length > 0; length--) {
    if (isKnown(words.slice(0, length).join(':'))) return words.slice(0, length)
  }
  return []
}
