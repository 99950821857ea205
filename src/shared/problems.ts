import { AuxotError, UsageError } from './errors.ts'

/** One thing wrong with what the operator gave, and where it came from. */
export interface Problem {
  /** `--job-timeout`, `AUXOT_JOB_TIMEOUT`, `config.json: jobTimeout`; absent where the message names it itself. */
  readonly source?: string | undefined
  readonly message: string
  /** The way out, one sentence. */
  readonly hint?: string | undefined
}

/** Everything that is wrong with flags, environment and files, shown together. */
export class ConfigurationError extends UsageError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(messageFrom(problems), hintFrom(problems))
    this.problems = problems
  }
}

/** Gathers problems, so that an operator sees all of them at once. */
export class ProblemList {
  readonly #problems: Problem[] = []

  add(problem: Problem): void {
    this.#problems.push(problem)
  }

  /** Waits for a value; a usage error on the way becomes a problem here, and the value is undefined. */
  async gather<T>(value: Promise<T>): Promise<T | undefined> {
    try {
      return await value
    } catch (error) {
      this.addError(error)
      return undefined
    }
  }

  /** Takes the problems of a usage error; anything else is thrown on. */
  addError(error: unknown): void {
    if (error instanceof ConfigurationError) this.#problems.push(...error.problems)
    else if (error instanceof AuxotError && error.exit === 'usage')
      this.add({ message: error.message, hint: error.hint })
    else throw error
  }

  /** @throws ConfigurationError when there are any. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigurationError([...this.#problems])
  }
}

/** A problem with its source in front. */
export function lineOf({ source, message }: Problem): string {
  return source ? `${source}: ${message}` : message
}

function messageFrom(problems: readonly Problem[]): string {
  const lines = problems.map(lineOf)
  return lines.length === 1
    ? lines.join('')
    : [`${lines.length} problems:`, ...lines.map((line) => `- ${line}`)].join('\n')
}

function hintFrom(problems: readonly Problem[]): { hint?: string } {
  const hints = [...new Set(problems.flatMap(({ hint }) => (hint ? [hint] : [])))]
  return hints.length > 0 ? { hint: hints.join('\n') } : {}
}
