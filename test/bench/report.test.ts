import { describe, expect, it } from 'vitest'
import type { Goal } from '../../bench/support/goal.ts'
import { Readings } from '../../bench/support/measure.ts'
import { type Report, reportOf } from '../../bench/support/report.ts'
import { tableOf } from '../../bench/support/table.ts'

const machine = {
  system: 'linux-x64 6.1',
  cpu: 'Some CPU',
  cores: 2,
  memoryMb: 4_096,
  node: 'v26.10.0',
  claude: '2.1.330',
  loadBefore: 0.25,
}

const goals: readonly Goal[] = [
  { what: 'slow against fast', figure: { of: 'slow', dividedBy: 'fast' }, atLeast: 4, unit: '×' },
  { what: 'slow beyond fast', figure: { of: 'slow', minus: 'fast' }, atMost: 10, unit: 'ms' },
  { what: 'never measured', figure: { of: 'slow', dividedBy: 'absent' }, atMost: 1, unit: '×' },
]

function report(): Report {
  const readings = new Readings()
  for (const ms of [40.004, 50.123, 60]) readings.add({ id: 'slow', what: 'the slow way' }, ms)
  for (const ms of [9, 10, 11]) readings.add({ id: 'fast', what: 'the fast way' }, ms, ms < 11 ? 'kept' : 'replayed')
  const measured = [{ name: 'ways', about: 'two ways', series: readings.series }]
  return reportOf({ startedAt: '2026-01-02T03:04:05.000Z', durationMs: 1_499.6, runs: 3, machine }, measured, goals)
}

describe('the report of the bench', () => {
  it('is one document of machine, series and goals, in numbers of two decimals', () => {
    expect(JSON.parse(JSON.stringify(report()))).toEqual({
      schema: 'auxot.bench/v1',
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 1_500,
      runs: 3,
      machine,
      measures: [
        {
          name: 'ways',
          about: 'two ways',
          series: [
            { id: 'slow', what: 'the slow way', unit: 'ms', n: 3, min: 40, median: 50.12, p95: 60 },
            {
              id: 'fast',
              what: 'the fast way',
              unit: 'ms',
              n: 3,
              min: 9,
              median: 10,
              p95: 11,
              note: 'kept 2×, replayed 1×',
            },
          ],
        },
      ],
      goals: [
        { ...goals[0], value: 5.01, met: true },
        { ...goals[1], value: 40.12, met: false },
        { ...goals[2], value: null, met: null },
      ],
    })
  })

  it('shows people the same numbers under each other, and which goals are missed', () => {
    expect(tableOf(report())).toBe(
      [
        'linux-x64 6.1, 2 × Some CPU, 4096 MB, Node.js v26.10.0, Claude Code 2.1.330',
        '3 runs in 2 s; load before: 0.25',
        '',
        'ways: two ways',
        '                n   min  median   p95',
        '  the slow way  3  40.0    50.1  60.0  ms',
        '  the fast way  3  9.00    10.0  11.0  ms  kept 2×, replayed 1×',
        '',
        'goals (from medians)',
        '  met     5.01  ×   at least 4  slow against fast',
        '  MISSED  40.1  ms  at most 10  slow beyond fast',
        '',
        'goals not measured in this run: 1',
        '',
      ].join('\n'),
    )
  })

  it('judges a goal by the number itself, not by what is left of it after rounding', () => {
    const readings = new Readings()
    readings.add({ id: 'slow', what: 'just too slow' }, 10.004)
    const measured = [{ name: 'one', about: 'one way', series: readings.series }]
    const goal: Goal = { what: 'the limit', figure: { of: 'slow' }, atMost: 10, unit: 'ms' }
    const { goals } = reportOf({ startedAt: '', durationMs: 0, runs: 1, machine }, measured, [goal])
    expect(goals).toEqual([{ ...goal, value: 10, met: false }])
  })
})
