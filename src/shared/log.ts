import { type DestinationStream, type Logger, pino } from 'pino'
import pretty, { type PrettyOptions } from 'pino-pretty'
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
  const target = destination ?? stderrStream()
  if (format === 'json') return target
  return pretty({ ...lookOf(colour), destination: target, sync: true })
}

/** How much is kept of what cannot be written now, on a full disk say; it is written once there is room again. */
const largestBacklogBytes = 4 * 1024 * 1024

function stderrStream(): DestinationStream {
  const stream = pino.destination({ fd: 2, sync: true, maxLength: largestBacklogBytes })
  // A log that cannot be written ends no worker.
  stream.on('error', () => {})
  return stream
}

/** How a log looks for people. */
function lookOf(colour: boolean): PrettyOptions {
  const messageFormat = (logged: Readonly<Record<string, unknown>>, key: string) => visible(`${logged[key] ?? ''}`)
  return { translateTime: 'HH:MM:ss', singleLine: true, colorize: colour, ...(colour && { messageFormat }) }
}

/** A sentence in one of our colours. Of itself pino-pretty takes everything out that steers a terminal, these too. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/(?!\u001b\[3[1239]m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

/** Makes what another process logged in JSON look as this log does for people; some fields, such as errors, take lines of their own. */
export function createLogFormatter(colour: boolean): (logged: object) => string {
  const format = pretty.prettyFactory(lookOf(colour))
  return (logged) => format(logged).trimEnd()
}
