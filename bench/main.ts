/** Measures how fast auxot is, with the pinned Claude Code against a model on loopback. `npm run bench -- --list` */
import { AuxotError } from '../src/shared/errors.ts'
import { goals } from './goals.ts'
import { measures } from './measures.ts'
import { Bench } from './support/bench.ts'
import { endChildrenAtExit } from './support/children.ts'
import { describeMachine } from './support/machine.ts'
import { type Options, parseOptions } from './support/options.ts'
import { createProgress } from './support/progress.ts'
import { type Measured, type Report, reportOf } from './support/report.ts'
import { tableOf } from './support/table.ts'

const names = measures.map(({ name }) => name)

try {
  const options = parseOptions(process.argv.slice(2), names)
  if (options.list) for (const { name, about } of measures) console.log(`${name.padEnd(12)}${about}`)
  else print(await measure(options), options)
} catch (error) {
  if (!(error instanceof AuxotError)) throw error
  console.error(`Error: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}`)
  process.exitCode = 2
}

async function measure(options: Options<string>): Promise<Report> {
  endChildrenAtExit()
  const { runs } = options
  const startedAt = new Date()
  const progress = createProgress(process.stderr)
  using bench = await Bench.open({ runs, progress: (text) => progress.step(text) })
  const machine = describeMachine(bench.claude.version)
  const measured: Measured[] = []
  for (const each of measures.filter(({ name }) => options.names.includes(name))) {
    progress.begin(each.name)
    measured.push({ ...each, series: await each.run(bench) })
  }
  progress.end()
  const durationMs = Date.now() - startedAt.getTime()
  return reportOf({ startedAt: startedAt.toISOString(), durationMs, runs, machine }, measured, goals)
}

function print(report: Report, { json }: Options<string>): void {
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report))
}
