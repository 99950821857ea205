import { inspect } from 'node:util'
import { secretVariables } from '../credentials/secret-variables.ts'
import type { Environment } from '../settings/environment.ts'
import type { AuxotError } from '../shared/errors.ts'
import { ConfigurationError, lineOf } from '../shared/problems.ts'
import { createRedactor } from '../shared/redact.ts'
import { Secret } from '../shared/secret.ts'
import { useColour } from './use-colour.ts'

/** How an error is to be shown. */
export interface ErrorReport {
  readonly json: boolean
  /** The stack of a bug is shown too. */
  readonly debug: boolean
  readonly env: Environment
}

/** Shows an error, the one way everywhere, and gives the process its exit code. */
export function reportError(error: AuxotError, { json, debug, env }: ErrorReport): void {
  process.exitCode = error.exitCode
  const clean = createRedactor(secretsOf(env))
  if (json) process.stdout.write(`${clean(JSON.stringify(errorDocument(error)))}\n`)
  else process.stderr.write(`${clean(textOf(error, useColour(env, process.stderr.isTTY === true)))}\n`)
  if (debug && error.exit === 'bug') process.stderr.write(`${clean(stackOf(error))}\n`)
}

/** An error as scripts read it, `auxot.error/v1`. */
function errorDocument(error: AuxotError) {
  const { code, message, hint, exitCode, retryable } = error
  return { schema: 'auxot.error/v1', error: { code, message, ...(hint && { hint }), exitCode, retryable } }
}

function textOf(error: AuxotError, colour: boolean): string {
  const title = colour ? '\u001b[31mError:\u001b[39m' : 'Error:'
  if (!(error instanceof ConfigurationError) || error.problems.length === 1) {
    return `${title} ${sentence(error.message)}${indented(error.hint)}`
  }
  const lines = error.problems.map((problem) => `- ${sentence(lineOf(problem))}${indented(problem.hint)}`)
  return [`${title} ${lines.length} problems:`, ...lines].join('\n')
}

function sentence(text: string): string {
  return /[.?!:]$/.test(text) ? text : `${text}.`
}

function indented(hint: string | undefined): string {
  return hint === undefined ? '' : `\n${hint.replace(/^/gm, '  ')}`
}

function stackOf({ cause, stack }: AuxotError): string {
  return cause === undefined ? `${stack}` : inspect(cause)
}

/** The secrets in the environment, so that none of them is shown. */
export function secretsOf(env: Environment): Secret[] {
  return secretVariables.flatMap((name) => (env[name] ? [new Secret(env[name], name)] : []))
}
