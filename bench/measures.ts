import { added } from './measures/added.ts'
import { breakEven } from './measures/break-even.ts'
import { caller } from './measures/caller.ts'
import { firstTurn } from './measures/first-turn.ts'
import { fleet } from './measures/fleet.ts'
import { memory } from './measures/memory.ts'
import { nextTurn } from './measures/next-turn.ts'
import { ownShare } from './measures/own-share.ts'
import { startUp } from './measures/start-up.ts'
import { throughput } from './measures/throughput.ts'
import { tokens } from './measures/tokens.ts'
import type { Measure } from './support/measure.ts'

/** Everything that can be measured, in the order in which it is. */
export const measures: readonly Measure[] = [
  firstTurn,
  nextTurn,
  added,
  tokens,
  caller,
  throughput,
  startUp,
  memory,
  breakEven,
  ownShare,
  fleet,
]
