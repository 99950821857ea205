import type { Log } from '../../shared/log.ts'
import { type NotedField, notedFields, type PlanNote } from './plan-note.ts'

/** Counts what jobs asked for and cannot be done. */
export class NotedFields {
  readonly #counts = new Map<NotedField, number>()
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  /** How often each field asked for it. */
  get counts(): Readonly<Record<NotedField, number>> {
    const counts = notedFields.map((field) => [field, this.#counts.get(field) ?? 0])
    return Object.fromEntries(counts) as Record<NotedField, number>
  }

  /** Counts it. It is said once per field, not with every job. */
  note({ field, problem }: PlanNote): void {
    const before = this.#counts.get(field) ?? 0
    this.#counts.set(field, before + 1)
    if (before > 0) return
    this.#log.warn({ field }, `a job asks for what cannot be done as asked (said once per field): ${problem}`)
  }
}
