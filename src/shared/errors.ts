import { type ExitName, exitCodes } from './exit-codes.ts'

/** What every error of ours tells: a sentence, the way out, and how the process ends for it. */
export interface ErrorFacts {
  /** Upper-case name that scripts may compare, without the `AUXOT_` prefix. */
  readonly code: string
  readonly exit: ExitName
  /** The way out, one sentence. */
  readonly hint?: string | undefined
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The base of every error a person or script is meant to read. Anything else that is thrown is a bug. */
export class AuxotError extends Error {
  readonly code: string
  readonly exit: ExitName
  readonly hint: string | undefined
  readonly retryable: boolean

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.code = facts.code
    this.exit = facts.exit
    this.hint = facts.hint
    this.retryable = facts.retryable ?? false
  }

  /** The process's exit code, from the one table. */
  get exitCode(): number {
    return exitCodes[this.exit].code
  }
}

/** The caller of a command got something wrong: a flag, a variable, a file. Nothing was changed. */
export class UsageError extends AuxotError {
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { code: 'USAGE', exit: 'usage', ...options })
  }
}

/** The message of anything that was thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
