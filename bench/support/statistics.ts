/** What is said of a series of values. */
export interface Statistics {
  readonly n: number
  readonly min: number
  readonly median: number
  readonly p95: number
}

/** The numbers of a series; p95 is the smallest value that at least 95 % of the series do not exceed. */
export function statisticsOf(values: readonly number[]): Statistics {
  const sorted = values.toSorted((one, other) => one - other)
  const [min] = sorted
  if (min === undefined) throw new Error('a series without values has no statistics')
  return {
    n: sorted.length,
    min,
    median: medianOfSorted(sorted),
    p95: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? min,
  }
}

function medianOfSorted(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0
  return (lower + upper) / 2
}
