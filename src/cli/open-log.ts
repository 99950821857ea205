import { createLog, type Log } from '../shared/log.ts'
import type { LogLevel } from '../shared/log-level.ts'
import type { Secret } from '../shared/secret.ts'

/** What decides how the log looks. */
export interface LogChoice {
  readonly level: LogLevel
  readonly format: 'auto' | 'text' | 'json'
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean
  readonly colour: boolean
  readonly secrets: readonly Secret[]
}

/** The log, and the form that `auto` stands for here. */
export function openLog({ level, format, isTerminal, colour, secrets }: LogChoice): {
  log: Log
  format: 'text' | 'json'
} {
  const chosen = format === 'auto' ? (isTerminal ? 'text' : 'json') : format
  return { log: createLog({ level, format: chosen, colour, secrets }), format: chosen }
}
