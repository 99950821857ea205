import { type Goal, type JudgedGoal, judge } from './goal.ts'
import type { Machine } from './machine.ts'
import type { Measure, Series } from './measure.ts'
import { statisticsOf } from './statistics.ts'

/** A series as it is reported: its numbers in place of its values. */
export interface ReportedSeries extends Omit<Series, 'values'> {
  readonly n: number
  readonly min: number
  readonly median: number
  readonly p95: number
}

/** The whole bench as one JSON document. */
export interface Report {
  readonly schema: 'auxot.bench/v1'
  readonly startedAt: string
  readonly durationMs: number
  readonly runs: number
  readonly machine: Machine
  readonly measures: readonly {
    readonly name: string
    readonly about: string
    readonly series: readonly ReportedSeries[]
  }[]
  readonly goals: readonly JudgedGoal[]
}

export type Measured = Pick<Measure, 'name' | 'about'> & { readonly series: readonly Series[] }

/** What was measured, and how it stands to the goals. */
export function reportOf(
  facts: Pick<Report, 'startedAt' | 'durationMs' | 'runs' | 'machine'>,
  measured: readonly Measured[],
  goals: readonly Goal[],
): Report {
  const all = measured.flatMap(({ series }) => series)
  const medians = new Map(all.map(({ id, values }) => [id, statisticsOf(values).median]))
  return {
    schema: 'auxot.bench/v1',
    ...facts,
    durationMs: Math.round(facts.durationMs),
    measures: measured.map(({ name, about, series }) => ({ name, about, series: series.map(reported) })),
    goals: goals.map((goal) => roundedGoal(judge(goal, medians))),
  }
}

function reported({ id, what, unit, values, note }: Series): ReportedSeries {
  const { n, min, median, p95 } = statisticsOf(values)
  const numbers = { n, min: rounded(min), median: rounded(median), p95: rounded(p95) }
  return { id, what, unit, ...numbers, ...(note !== undefined && { note }) }
}

/** Judged before it is rounded. */
function roundedGoal(goal: JudgedGoal): JudgedGoal {
  return { ...goal, value: goal.value === null ? null : rounded(goal.value) }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
