import { type DestinationStream, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { LogLevel } from './log-level.ts'
import { createRedactor } from './redact.ts'
import type { Secret } from './secret.ts'

type LogFormat = 'text' | 'json'

/** What the house logs with: `log.info({fields}, 'sentence')`. Never a prompt, an answer or a secret. */
export type Log = Pick<Logger, 'trace' | 'debug' | 'info' | 'warn' | 'error'> & { child(fields: object): Log }

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly colour: boolean
  /** Values that are replaced by `[redacted]` wherever they turn up in a line. */
  readonly secrets: readonly Secret[]
  /** Where lines go; stderr unless a test asks for them. */
  readonly destination?: DestinationStream
}

/** One log for the process. Lines are written at once, so that the last ones before an exit are not lost. */
export function createLog(options: LogOptions): Log {
  const redact = createRedactor(options.secrets)
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
    },
    destinationOf(options),
  )
}

function destinationOf({ format, colour, destination }: LogOptions): DestinationStream {
  const target = destination ?? pino.destination({ fd: 2, sync: true })
  if (format === 'json') return target
  return pretty({ destination: target, colorize: colour, translateTime: 'HH:MM:ss', singleLine: true, sync: true })
}
