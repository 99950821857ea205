/** How a goal's number is got from the medians of series. */
interface Figure {
  readonly of: string
  readonly dividedBy?: string
  readonly minus?: string
}

/** What a number is to be. */
export interface Goal {
  readonly what: string
  readonly figure: Figure
  readonly atLeast?: number
  readonly atMost?: number
  readonly unit: 'ms' | 'MB' | '×'
}

/** A goal and how a run stands to it; null where the run did not measure it. */
export interface JudgedGoal extends Goal {
  readonly value: number | null
  readonly met: boolean | null
}

/** @param medians of the series that were measured, by id. */
export function judge(goal: Goal, medians: ReadonlyMap<string, number>): JudgedGoal {
  const value = numberFor(goal.figure, medians)
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal
  return { ...goal, value, met: value === null ? null : value >= atLeast && value <= atMost }
}

function numberFor({ of, dividedBy, minus }: Figure, medians: ReadonlyMap<string, number>): number | null {
  const value = medians.get(of)
  const divisor = dividedBy === undefined ? 1 : medians.get(dividedBy)
  const less = minus === undefined ? 0 : medians.get(minus)
  return value === undefined || divisor === undefined || less === undefined ? null : value / divisor - less
}
