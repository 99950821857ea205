import { Chalk, type ChalkInstance } from 'chalk'
import type { Environment } from '../settings/environment.ts'
import { systemClock } from '../shared/clock.ts'
import { createLog, type Log } from '../shared/log.ts'
import type { LogLevel } from '../shared/log-level.ts'
import type { Secret } from '../shared/secret.ts'
import type { WorkerEvent } from '../worker/worker-events.ts'
import { createEventOutput } from './event-output.ts'
import { useColour } from './use-colour.ts'

/** What an operator chose about output. */
export interface OutputChoice {
  readonly json: boolean
  readonly quiet: boolean
  readonly logLevel: LogLevel
  readonly logFormat: 'auto' | 'text' | 'json'
}

/** Where a long-running command writes: the log and the events of its worker. */
export interface Output {
  readonly log: Log
  readonly onEvent: (event: WorkerEvent) => void
  /** stderr is a terminal. */
  readonly isTerminal: boolean
  readonly colour: boolean
}

/** Opens the log on stderr, and sends events there as sentences, or to stdout as JSON. */
export function openOutput(choice: OutputChoice, secrets: readonly Secret[], env: Environment): Output {
  const { json, quiet, logLevel: level, logFormat } = choice
  const isTerminal = process.stderr.isTTY === true
  const colour = useColour(env, isTerminal)
  const format = logFormat === 'auto' ? (isTerminal ? 'text' : 'json') : logFormat
  const log = createLog({ level, format, colour, secrets })
  const chalk: ChalkInstance = new Chalk({ level: colour ? 1 : 0 })
  const onEvent = createEventOutput({
    json,
    quiet,
    logFormat: format,
    log,
    chalk,
    print: printLine,
    now: systemClock.now,
  })
  return { log, onEvent, isTerminal, colour }
}

/** A line of the result. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A line for people. */
export function tellLine(line: string): void {
  process.stderr.write(`${line}\n`)
}
