const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitMs

/** `90s`, `5m`, `1h`, `250ms` or `2d` in milliseconds; undefined for anything else, a bare number included. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) return undefined
  return Math.round(Number(match[1]) * unitMs[match[2] as Unit])
}

/** A duration for people: `850ms`, `6.2s`, `3m 5s`, `2h 10m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  if (ms < unitMs.m) return `${(ms / unitMs.s).toFixed(1)}s`
  if (ms < unitMs.h) return `${Math.floor(ms / unitMs.m)}m ${Math.floor((ms % unitMs.m) / unitMs.s)}s`
  return `${Math.floor(ms / unitMs.h)}h ${Math.floor((ms % unitMs.h) / unitMs.m)}m`
}
