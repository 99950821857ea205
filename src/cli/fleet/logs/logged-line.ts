import type { EventSentence } from '../../event-sentence.ts'

/** A line of a worker's log: what auxot itself logs is JSON with a level and a sentence. */
export interface LoggedLine {
  readonly level: EventSentence['level']
  readonly msg: string
  /** What happened to the worker, where the line is about that; its sentence says it all. */
  readonly event?: string | undefined
  /** All of it. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** The object that a line is; undefined for any other text. */
export function fieldsFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** A line as auxot logs it; undefined for one that somebody else wrote. */
export function loggedLineFrom(text: string): LoggedLine | undefined {
  const fields = fieldsFrom(text)
  const { level, msg, time, event } = fields ?? {}
  if (!fields || typeof level !== 'string' || typeof msg !== 'string' || typeof time !== 'string') return undefined
  const isPlain = level !== 'warn' && level !== 'error'
  return { level: isPlain ? 'info' : level, msg, event: typeof event === 'string' ? event : undefined, fields }
}
