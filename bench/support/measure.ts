import type { Bench } from './bench.ts'

/** What the values of a series count. */
export type Unit = 'ms' | 'MB' | 'jobs/min' | 'messages'

/** One thing that was measured again and again. */
export interface Series {
  /** What goals and readers of the JSON form know it by: `first/warm/30`. */
  readonly id: string
  readonly what: string
  readonly unit: Unit
  readonly values: readonly number[]
  /** What a reader of the numbers must know beside them. */
  readonly note?: string | undefined
}

/** A part of the bench that can be run by itself. */
export interface Measure {
  readonly name: string
  readonly about: string
  run(bench: Bench): Promise<readonly Series[]>
}

/** Series that grow run by run, in the order in which each was first heard of. */
export class Readings {
  readonly #series = new Map<string, { what: string; unit: Unit; values: number[]; notes: Map<string, number> }>()

  /** @param note said of this value; the series tells how many values each note holds for. */
  add(of: Pick<Series, 'id' | 'what'> & { readonly unit?: Unit }, value: number, note?: string): void {
    const { id, what, unit = 'ms' } = of
    const series = this.#series.get(id) ?? { what, unit, values: [] as number[], notes: new Map<string, number>() }
    this.#series.set(id, series)
    series.values.push(value)
    if (note !== undefined) series.notes.set(note, (series.notes.get(note) ?? 0) + 1)
  }

  get series(): Series[] {
    return [...this.#series].map(([id, { what, unit, values, notes }]) => {
      return { id, what, unit, values, ...(notes.size > 0 && { note: noteOf(notes) }) }
    })
  }
}

function noteOf(notes: ReadonlyMap<string, number>): string {
  return [...notes].map(([note, count]) => `${note} ${count}×`).join(', ')
}
