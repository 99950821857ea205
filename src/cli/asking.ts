import { createInterface } from 'node:readline/promises'
import { type Environment, variable } from '../settings/environment.ts'
import { UsageError } from '../shared/errors.ts'

/** Whether there is somebody who could answer. */
export function canAsk({ noInput, env }: { readonly noInput: boolean; readonly env: Environment }): boolean {
  return process.stdin.isTTY === true && !noInput && variable(env, 'CI') === undefined
}

/** Questions to the person at the terminal; where there is none, a missing answer is an error. */
export class Asking {
  readonly #canAsk: boolean

  constructor({ noInput, env }: { readonly noInput: boolean; readonly env: Environment }) {
    this.#canAsk = canAsk({ noInput, env })
  }

  /** Whether the answer is yes. @throws UsageError naming the flag, where nobody can be asked. */
  async confirm(question: string, flag: string): Promise<boolean> {
    if (!this.#canAsk) {
      throw new UsageError(`${question.replace(/\?$/, '')}: nobody can be asked`, { hint: `Give ${flag}.` })
    }
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
    } finally {
      terminal.close()
    }
  }
}
