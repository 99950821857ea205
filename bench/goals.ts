import type { Goal } from './support/goal.ts'

const lengths = [2, 30, 200]

/** What the numbers are to be. A goal whose series were not measured in a run says nothing about that run. */
export const goals: readonly Goal[] = [
  {
    what: 'first turn, a spare parked: times faster than a new process',
    figure: { of: 'first/new/0', dividedBy: 'first/warm/0' },
    atLeast: 4,
    unit: '×',
  },
  {
    what: 'first turn, a spare parked: more than a parked process driven bare',
    figure: { of: 'first/warm/0', minus: 'first/parked/0' },
    atMost: 10,
    unit: 'ms',
  },
  {
    what: '30 turns of history, process gone: share of the time of a new process',
    figure: { of: 'first/warm/30', dividedBy: 'first/new/30' },
    atMost: 0.75,
    unit: '×',
  },
  ...lengths.flatMap((length) => [...keptGoals('follow-up', length), ...keptGoals('results', length)]),
  {
    what: 'what the worker adds to a token when many come at once',
    figure: { of: 'tokens/burst/worker', minus: 'tokens/burst/bare' },
    atMost: 0.5,
    unit: 'ms',
  },
  {
    what: 'what the worker adds to a token when they come one by one',
    figure: { of: 'tokens/paced/worker', minus: 'tokens/paced/bare' },
    atMost: 0.5,
    unit: 'ms',
  },
  {
    what: "model's first token → router's first token",
    figure: { of: 'tokens/first/worker' },
    atMost: 10,
    unit: 'ms',
  },
  { what: 'idle worker, without Claude Code', figure: { of: 'memory/worker' }, atMost: 80, unit: 'MB' },
  {
    what: 'auxot --version against node -e 0',
    figure: { of: 'start/version', dividedBy: 'start/node' },
    atMost: 1.5,
    unit: '×',
  },
  {
    what: 'auxot worker status --json against node -e 0',
    figure: { of: 'start/status', dividedBy: 'start/node' },
    atMost: 4,
    unit: '×',
  },
  { what: 'scale 0 → 10, all ready', figure: { of: 'fleet/up' }, atMost: 15_000, unit: 'ms' },
  { what: 'status of 10 containers', figure: { of: 'fleet/status' }, atMost: 400, unit: 'ms' },
]

function keptGoals(turn: 'follow-up' | 'results', length: number): Goal[] {
  const name = turn === 'results' ? 'tool results' : 'follow-up'
  return [
    {
      what: `${name} after ${length} messages: times faster than a new process`,
      figure: { of: `${turn}/new/${length}`, dividedBy: `${turn}/worker/${length}` },
      atLeast: 12,
      unit: '×',
    },
    {
      what: `${name} after ${length} messages: more than the same process driven bare`,
      figure: { of: `added/${turn}/difference/${length}` },
      atMost: 5,
      unit: 'ms',
    },
  ]
}
