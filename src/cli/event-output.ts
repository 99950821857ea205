import type { ChalkInstance } from 'chalk'
import type { Log } from '../shared/log.ts'
import type { WorkerEvent } from '../worker/worker-events.ts'
import { type EventSentence, sentenceFrom } from './event-sentence.ts'
import { printable } from './printable.ts'

/** Where a worker's events go. */
export interface EventOutputOptions {
  /** One JSON document per line on stdout, and no sentences. */
  readonly json: boolean
  /** Only warnings and errors. */
  readonly quiet: boolean
  readonly logFormat: 'text' | 'json'
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  readonly chalk: ChalkInstance
  /** Writes a line of the result. */
  readonly print: (line: string) => void
  readonly now: () => number
}

/** Shows a worker's events as they happen: as sentences in the log, or as JSON on stdout. */
export function createEventOutput(options: EventOutputOptions): (event: WorkerEvent) => void {
  const { json, quiet, logFormat, log, chalk, print, now } = options
  return (event) => {
    if (json) return print(JSON.stringify(eventDocument(event, now())))
    const sentence = sentenceFrom(event)
    if (!sentence || (quiet && sentence.level === 'info')) return
    const { level, text } = sentence
    if (logFormat === 'json') log[level](fieldsOf(event), text)
    else log[level](colouredSentence(event.type, { level, text: printable(text) }, chalk))
  }
}

/** An event as scripts read it, `auxot.worker.event/v1`. */
export function eventDocument(event: WorkerEvent, nowMs: number) {
  return { schema: 'auxot.worker.event/v1', time: new Date(nowMs).toISOString(), ...event }
}

/** Named apart from the log's own fields (`level`, `time`, `msg`). A warning's message is the line itself. */
function fieldsOf(event: WorkerEvent): object {
  const { type, ...facts } = event
  return type === 'warning' ? { event: type, code: event.code } : { event: type, ...facts }
}

/** A sentence in the colour of what happened. */
export function colouredSentence(type: string, { level, text }: EventSentence, chalk: ChalkInstance): string {
  if (level !== 'info') return level === 'warn' ? chalk.yellow(text) : chalk.red(text)
  return type === 'connected' ? chalk.green(text) : text
}
