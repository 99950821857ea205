import { AuxotError, UsageError } from '../shared/errors.ts'
import { nearest } from '../shared/nearest.ts'
import { strayArguments } from './unknown-command.ts'

/** What is read of oclif's own errors: their classes are not exported, and their messages repeat values, which may be secrets. */
interface ParseError extends Error {
  readonly flags?: readonly string[]
  readonly args?: readonly unknown[]
  readonly oclif?: { readonly exit?: number }
}

/** The command that was being run, for the suggestions. */
export interface CommandFacts {
  /** As the user types it: `worker start`. */
  readonly name: string
  readonly flags: readonly string[]
}

/** Anything that a command threw, as an error of ours: bad usage is named without its values, all else is a bug. */
export function ourErrorFrom(error: unknown, command?: CommandFacts): AuxotError {
  if (error instanceof AuxotError) return error
  if (isParseError(error)) return usageErrorFrom(error, command)
  return new AuxotError('Something went wrong inside auxot', {
    code: 'BUG',
    exit: 'bug',
    hint: 'Run the command again with --log-level debug and report what it prints.',
    cause: error,
  })
}

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && (error as ParseError).oclif?.exit !== undefined
}

function usageErrorFrom(error: ParseError, command: CommandFacts | undefined): UsageError {
  const help = `See "auxot ${command ? `${command.name} ` : ''}--help".`
  if (error.flags) return unknownFlags(error.flags, command, help)
  if (error.args) return strayArguments(command?.name ?? '', error.args.length)
  return new UsageError(`${error.message.split('\n')[0]}`, { hint: help })
}

function unknownFlags(given: readonly string[], command: CommandFacts | undefined, help: string): UsageError {
  const names = given.map((flag) => `${flag.split('=')[0]}`)
  const near = names.flatMap((name) => nearest(name, command?.flags.map((flag) => `--${flag}`) ?? []) ?? [])
  const message = names.length === 1 ? `There is no flag ${names[0]}` : `There are no flags ${names.join(', ')}`
  return new UsageError(message, { hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : help })
}
