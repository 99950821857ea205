import { parseArgs } from 'node:util'
import { messageOf, UsageError } from '../../src/shared/errors.ts'

/** What the bench was asked for. */
export interface Options<Name extends string> {
  readonly runs: number
  readonly names: readonly Name[]
  readonly json: boolean
  readonly list: boolean
}

const defaultRuns = 15

/** Reads the command line. @throws UsageError with a sentence for whoever typed it. */
export function parseOptions<Name extends string>(argv: readonly string[], known: readonly Name[]): Options<Name> {
  const { runs, only, json, list } = parse(argv)
  const names = only?.split(',').map((name) => knownName(name.trim(), known)) ?? known
  return { runs: runs === undefined ? defaultRuns : runCount(runs), names, json, list }
}

function parse(argv: readonly string[]) {
  const options = {
    runs: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  } as const
  try {
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    throw new UsageError(messageOf(error), { hint: 'Options: --runs N, --only NAME[,NAME], --json, --list.' })
  }
}

function runCount(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new UsageError(`--runs takes a whole number from 1 to 99999, not "${text}"`)
}

function knownName<Name extends string>(name: string, known: readonly Name[]): Name {
  const found = known.find((each) => each === name)
  if (found !== undefined) return found
  throw new UsageError(`there is no measure "${name}"`, { hint: `Measures: ${known.join(', ')}.` })
}
