import type { JudgedGoal } from './goal.ts'
import type { Report, ReportedSeries } from './report.ts'

/** The report for people. */
export function tableOf({ machine, runs, durationMs, measures, goals }: Report): string {
  const { system, cpu, cores, memoryMb, node, claude, loadBefore } = machine
  const lines = [
    `${system}, ${cores} × ${cpu}, ${memoryMb} MB, Node.js ${node}, Claude Code ${claude}`,
    `${runs} runs in ${Math.round(durationMs / 1_000)} s; load before: ${loadBefore}`,
  ]
  for (const { name, about, series } of measures) {
    lines.push('', `${name}: ${about}`, ...columns([header, ...series.map(rowOf)], [1, 2, 3, 4]))
  }
  const judged = goals.filter(({ met }) => met !== null)
  if (judged.length > 0) lines.push('', 'goals (from medians)', ...columns(judged.map(goalRow), [1]))
  if (judged.length < goals.length) lines.push('', `goals not measured in this run: ${goals.length - judged.length}`)
  return `${lines.join('\n')}\n`
}

const header = ['', 'n', 'min', 'median', 'p95', '', '']

function rowOf({ what, n, min, median, p95, unit, note = '' }: ReportedSeries): string[] {
  return [what, `${n}`, number(min), number(median), number(p95), unit, note]
}

function goalRow({ what, value, met, atLeast, atMost, unit }: JudgedGoal): string[] {
  const limit = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
  return [met ? 'met' : 'MISSED', value === null ? '' : number(value), unit, limit, what]
}

function number(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1)
}

/** @param numbers columns whose cells stand under each other by their ends. */
function columns(rows: readonly string[][], numbers: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return numbers.includes(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    return `  ${cells.join('  ')}`.trimEnd()
  })
}
