import { parseDuration } from '../shared/duration.ts'
import { UsageError } from '../shared/errors.ts'
import { type Kind, refusal } from './kinds.ts'

const unitBytes: Readonly<Record<string, number>> = { k: 1_024, m: 1_024 ** 2, g: 1_024 ** 3, t: 1_024 ** 4 }

/** More than any host has, and less than what an engine can still count. */
const mostBytes = 1_024 ** 5

/** `512m`, `2g`, `1.5g`; in bytes. A bare number is refused: nobody remembers of what. */
export function byteSize({ min }: { min: number }): Kind<number> {
  return {
    placeholder: 'SIZE',
    parse: (text) => {
      const [, count, unit] = /^(\d+(?:\.\d+)?)([kmgt])(?:i?b)?$/i.exec(text.trim()) ?? []
      if (count === undefined || unit === undefined) {
        throw refusal(text, 'is no size', 'Write a number with its unit: 512m or 2g.')
      }
      const bytes = Math.round(Number(count) * (unitBytes[unit.toLowerCase()] ?? 1))
      if (bytes < min) throw refusal(text, `is less than ${min / 1_024 ** 2}m`)
      if (bytes > mostBytes) throw refusal(text, 'is more than 1024t')
      return bytes
    },
    format: (bytes) => `${bytes / 1_024}k`,
  }
}

/** A share of processors: `1`, `0.5`. */
export const cpuCount: Kind<number> = {
  placeholder: 'N',
  parse: (text) => {
    if (!/^\d{1,4}(\.\d{1,3})?$/.test(text.trim())) throw refusal(text, 'is no number of processors')
    const count = Number(text)
    if (count < 0.1) throw refusal(text, 'is less than 0.1')
    return count
  },
  format: String,
}

/** The name of a fleet: part of the names of its containers and volumes. */
export const fleetName: Kind<string> = {
  placeholder: 'NAME',
  parse: (text) => {
    const name = text.trim()
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 30) {
      throw refusal(text, 'is no fleet name', 'Use at most 30 small letters, digits and single dashes, a letter first.')
    }
    return name
  },
  format: (name) => name,
}

/** A name of an image as Docker takes it: a registry's host, parts of small letters, and a tag or digest behind it. */
const imagePattern =
  /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/

/** The name of an image, or its id. */
export const imageName: Kind<string> = {
  placeholder: 'NAME',
  parse: (text) => {
    const name = text.trim()
    if (!imagePattern.test(name)) {
      throw refusal(
        text,
        'is no name of an image',
        'Write it like registry.example.com/team/worker:1.0, in small letters.',
      )
    }
    return name
  },
  format: (name) => name,
}

/** What `worker status --wait` waits for. */
export type WaitCondition =
  /** So many are ready, or more. */
  | { readonly kind: 'ready'; readonly count: number }
  /** There are some, and all of them are idle. */
  | { readonly kind: 'idle' }
  /** So many are there, neither more nor fewer. */
  | { readonly kind: 'workers'; readonly count: number }

/** `ready=5`, `idle`, `workers=0`. */
export const waitCondition: Kind<WaitCondition> = {
  placeholder: 'ready=N|idle|workers=N',
  parse: (text) => {
    if (text.trim() === 'idle') return { kind: 'idle' }
    const [, kind, count] = /^(ready|workers)=(\d{1,6})$/.exec(text.trim()) ?? []
    if (kind === undefined) throw refusal(text, 'is nothing to wait for', 'Write ready=5, idle or workers=0.')
    return { kind: kind as 'ready' | 'workers', count: Number(count) }
  },
  format: (condition) => (condition.kind === 'idle' ? 'idle' : `${condition.kind}=${condition.count}`),
}

/** A moment of the past: so long ago, or a time. In milliseconds. */
export type PastMoment = { readonly agoMs: number } | { readonly atMs: number }

/** `10m`, or `2026-01-31T12:00:00Z`; without a zone it is the time of this host. */
export const pastMoment: Kind<PastMoment> = {
  placeholder: 'TIME|DURATION',
  parse: (text) => {
    const agoMs = parseDuration(text)
    if (agoMs !== undefined) return { agoMs }
    const isoForm = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/
    const [time, , clock] = isoForm.exec(text.trim()) ?? []
    // A day alone would be taken for one of UTC.
    const atMs = time === undefined ? Number.NaN : Date.parse(clock === undefined ? `${time}T00:00` : time)
    if (!Number.isNaN(atMs) && atMs >= 0) return { atMs }
    throw refusal(text, 'is neither a time nor a duration', 'Write 10m, 2h, or a time as in 2026-01-31T12:00:00Z.')
  },
  format: (moment) => ('agoMs' in moment ? `${moment.agoMs}ms` : new Date(moment.atMs).toISOString()),
}

/** `NAME=VALUE`, each on a line of its own or with a blank before the next name. */
export const nameValuePairs: Kind<Readonly<Record<string, string>>> = {
  placeholder: 'NAME=VALUE',
  parse: (text) => {
    const pairs = text.split(/\n|\s+(?=[A-Za-z_]\w*=)/).filter((pair) => pair.trim() !== '')
    return Object.fromEntries(pairs.map((pair) => namedValue(pair.trim())))
  },
}

function namedValue(pair: string): [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(pair) ?? []
  // A value may be a secret: it is not repeated.
  if (name === undefined || value === undefined) throw new UsageError('has an entry that is no NAME=VALUE')
  return [name, value]
}
