/** The end of the years that are written with four digits. */
const latestMs = Date.UTC(10_000, 0, 1)

/** A moment (milliseconds since the epoch) in ISO 8601, UTC; undefined for what is no moment anybody could mean. */
export function isoMoment(ms: number | undefined): string | undefined {
  return ms !== undefined && ms >= 0 && ms < latestMs ? new Date(ms).toISOString() : undefined
}
