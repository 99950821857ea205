const zeros = '000000000'

/** An engine's timestamp in the one form that can be compared as text; undefined for what is none. Podman's have zones. */
export function momentFrom(stamp: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(stamp)
  if (!match) return undefined
  const [, second = '', fraction = '', zone = 'Z'] = match
  const ms = Date.parse(`${second}${zone}`)
  if (Number.isNaN(ms)) return undefined
  const inUtc = zone === 'Z' ? second : new Date(ms).toISOString().slice(0, 19)
  return `${inUtc}.${(fraction + zeros).slice(0, 9)}Z`
}

/** A moment as engines take it: seconds since the epoch. As text, because no number holds all of its digits. */
export function secondsFrom(moment: string): string {
  return `${Date.parse(`${moment.slice(0, 19)}Z`) / 1_000}.${moment.slice(20, 29)}`
}

/** The same of milliseconds since the epoch. */
export function momentOfMs(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`
}
