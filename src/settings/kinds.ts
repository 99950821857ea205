import { resolve } from 'node:path'
import { parseRouterUrl, type RouterAddress } from '../protocol/router-url.ts'
import { formatDuration, parseDuration } from '../shared/duration.ts'
import { UsageError } from '../shared/errors.ts'
import { formatListenAddress, type ListenAddress, parseListenAddress } from '../shared/listen-address.ts'

/** How the text of a setting becomes a value. All sources, flags, variables and files, are read by the same kind. */
export interface Kind<Value> {
  /** What stands for the value in help and in the README. Empty for a switch, which takes none. */
  readonly placeholder: string
  /**
   * @param folder what relative paths are relative to; the working directory when absent
   * @throws UsageError with the end of a sentence that begins with where the text came from
   */
  parse(text: string, folder?: string): Value
  /** The text that stands for the value, the same for every spelling of it. Not for what only this host can read. */
  format?(value: Value): string
}

/** `90s`, `5m`, `1h`; in milliseconds. A bare number is refused: nobody remembers of what. */
export function duration({ min = 0, max = 7 * 86_400_000 }: { min?: number; max?: number } = {}): Kind<number> {
  return {
    placeholder: 'DURATION',
    parse: (text) => {
      const ms = parseDuration(text)
      if (ms === undefined) throw refusal(text, 'is no duration', 'Write a number with its unit: 250ms, 90s, 5m or 1h.')
      if (ms < min) throw refusal(text, `is shorter than ${formatDuration(min)}`)
      if (ms > max) throw refusal(text, `is longer than ${formatDuration(max)}`)
      return ms
    },
    format: (ms) => `${ms}ms`,
  }
}

/** A whole number between two limits, both included. */
export function integer({ min, max }: { min: number; max: number }): Kind<number> {
  return {
    placeholder: 'N',
    parse: (text) => {
      if (!/^\d{1,15}$/.test(text.trim())) throw refusal(text, 'is no whole number')
      const value = Number(text)
      if (value < min || value > max) throw refusal(text, `is not between ${min} and ${max}`)
      return value
    },
    format: String,
  }
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(words: Words): Kind<Words[number]> {
  return {
    placeholder: words.join('|'),
    parse: (text) => {
      const word = words.find((known) => known === text.trim().toLowerCase())
      if (!word) throw refusal(text, `is none of ${words.join(', ')}`)
      return word
    },
    format: (word) => word,
  }
}

/** Any text that is not blank. */
export function text(placeholder: string): Kind<string> {
  return {
    placeholder,
    parse: (given) => {
      if (given.trim() === '') throw new UsageError('is empty')
      return given.trim()
    },
    format: (value) => value,
  }
}

/** `2027-01-31`, `2027-01-31T12:00:00Z`; in milliseconds since the epoch. A day is one of UTC, and so is a time without a zone. */
export const moment: Kind<number> = {
  placeholder: 'TIME',
  parse: (given) => {
    const isoForm = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d)?$/
    const [, day, clock = 'T00:00', zone = 'Z'] = isoForm.exec(given.trim()) ?? []
    const atMs = day !== undefined && isDay(day) ? Date.parse(`${day}${clock}${zone}`) : Number.NaN
    if (Number.isNaN(atMs) || atMs < 0) throw refusal(given, 'is no time', 'Write 2027-01-31 or 2027-01-31T12:00:00Z.')
    return atMs
  },
  format: (atMs) => new Date(atMs).toISOString(),
}

/** JavaScript takes the 31st of February for a day in March. */
function isDay(day: string): boolean {
  const atMs = Date.parse(`${day}T00:00Z`)
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day)
}

/** A file or folder, made absolute. */
export const path: Kind<string> = {
  placeholder: 'PATH',
  parse: (given, folder = '.') => resolve(folder, text('PATH').parse(given)),
}

/** A file that holds a secret, or `-` for stdin. */
export const secretFile: Kind<string> = {
  placeholder: 'PATH|-',
  parse: (given, folder) => (given.trim() === '-' ? '-' : path.parse(given, folder)),
}

const truths: Record<string, boolean> = {
  1: true,
  true: true,
  yes: true,
  on: true,
  0: false,
  false: false,
  no: false,
  off: false,
}

/** The name of a set of secrets: a word, or a router's `host:port`. */
export const profileName: Kind<string> = {
  placeholder: 'NAME',
  parse: (given) => {
    const name = given.trim()
    if (!/^[A-Za-z0-9[][\w.:[\]-]{0,252}$/.test(name)) {
      throw refusal(given, 'is no profile name', "Use letters, digits, dots and dashes, or a router's host:port.")
    }
    return name.toLowerCase()
  },
}

/** Something that is on or off. */
export const onOff: Kind<boolean> = {
  placeholder: '',
  parse: (given) => {
    const truth = truths[given.trim().toLowerCase()]
    if (truth === undefined) throw refusal(given, 'is neither true nor false')
    return truth
  },
  format: String,
}

/** Where the router is; what an operator copied is understood generously. */
export const routerUrl: Kind<RouterAddress> = {
  placeholder: 'URL',
  parse: parseRouterUrl,
  format: ({ socket }) => socket.href,
}

/** Where something listens; a port alone is reachable from this machine only. */
export const listenAddress: Kind<ListenAddress> = {
  placeholder: '[HOST:]PORT',
  parse: (given) => parseListenAddress(given),
  format: formatListenAddress,
}

/** Names of Claude Code's own tools: `none`, `all` (also `default`), or a list. */
export const tools: Kind<'all' | readonly string[]> = {
  placeholder: 'LIST|all|none',
  parse: (given) => {
    const names = given.split(/[\s,]+/).filter((name) => name !== '')
    const [first] = names
    if (names.length === 1 && /^(all|default)$/i.test(`${first}`)) return 'all'
    if (names.length === 1 && /^none$/i.test(`${first}`)) return []
    const wrong = names.find((name) => !/^[A-Za-z]\w*$/.test(name) || /^(all|default|none)$/i.test(name))
    if (wrong !== undefined || names.length === 0) {
      throw refusal(wrong ?? given, 'is no tool name', 'Write tool names with commas between them, "all" or "none".')
    }
    return [...new Set(names)]
  },
  format: (names) => (names === 'all' ? names : names.join(',') || 'none'),
}

/** A text that is not what its setting takes, shortened. */
export function refusal(given: string, problem: string, hint?: string): UsageError {
  return new UsageError(`"${shortened(given)}" ${problem}`, hint === undefined ? {} : { hint })
}

function shortened(given: string): string {
  return given.length > 60 ? `${given.slice(0, 60)}…` : given
}
