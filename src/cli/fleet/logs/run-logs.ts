import type { EventEmitter } from 'node:events'
import { once } from 'node:events'
import type { LogLine } from '../../../fleet/drivers/logs/log-line.ts'
import { type LogsWish, WorkerLogs } from '../../../fleet/drivers/logs/worker-logs.ts'
import { BackendError } from '../../../fleet/errors.ts'
import { checkedSettings } from '../../../settings/checked-settings.ts'
import { logsSettings } from '../../../settings/fleet-definitions.ts'
import type { PastMoment } from '../../../settings/fleet-kinds.ts'
import type { SettingsInput } from '../../../settings/read-settings.ts'
import type { ValuesOf } from '../../../settings/setting.ts'
import { systemClock } from '../../../shared/clock.ts'
import { AuxotError } from '../../../shared/errors.ts'
import { exitCodes } from '../../../shared/exit-codes.ts'
import { createRedactor } from '../../../shared/redact.ts'
import { secretsOf } from '../../report-error.ts'
import { useColour } from '../../use-colour.ts'
import { enginePlacesFrom } from '../engine-places.ts'
import { Patience } from '../patience.ts'
import { chooseSources } from './choose-sources.ts'
import { logDocument } from './log-document.ts'
import { LogText } from './log-text.ts'

type Values = ValuesOf<typeof logsSettings>

/** Shows the logs of workers in containers, and gives the process its exit code. */
export async function runLogs(id: string | undefined, input: SettingsInput): Promise<void> {
  const { values } = await checkedSettings(logsSettings, input)
  const logs = await WorkerLogs.open(enginePlacesFrom(input.env)).catch(sayWhereElse)
  using patience = new Patience({ clock: systemClock, emitter: process, output: process.stdout })
  const { signal } = patience
  const sources = await logs.sources(values.fleet)
  const wants = chooseSources(id, sources)
  if (sources.length === 0 && !values.quiet) tell(nobodyHere(values))
  const { fleet, since, follow } = values
  const wish: LogsWish = { fleet, wants, ...(since && { sinceMs: msOf(since) }) }
  const shown = sources.filter(wants).map(({ worker }) => worker)
  const show = values.json ? asDocument : textOf(shown, input)
  const clean = createRedactor(secretsOf(input.env))
  await printAll(follow ? logs.follow(wish, signal) : logs.history(wish, signal), (line) => clean(show(line)), signal)
  // Whoever follows a log can only end it from outside: that is how it is meant to end.
  const exit = follow ? 'done' : (patience.ended?.exit ?? 'done')
  process.exitCode = exitCodes[exit].code
}

async function printAll(
  lines: AsyncIterable<LogLine>,
  show: (line: LogLine) => string,
  signal: AbortSignal,
): Promise<void> {
  for await (const line of lines) {
    if (signal.aborted) return
    // A reader that is slower than the engine is waited for.
    if (!process.stdout.write(`${show(line)}\n`)) await room(process.stdout, signal)
  }
}

async function room(output: EventEmitter, signal: AbortSignal): Promise<void> {
  await once(output, 'drain', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

function asDocument(line: LogLine): string {
  return JSON.stringify(logDocument(line))
}

function textOf(workers: readonly string[], { env }: SettingsInput): (line: LogLine) => string {
  const text = new LogText(useColour(env, process.stdout.isTTY === true), workers)
  return (line) => text.show(line)
}

function msOf(moment: PastMoment): number {
  return Math.max(0, 'agoMs' in moment ? Date.now() - moment.agoMs : moment.atMs)
}

const elsewhere = 'A worker in the foreground writes its log to its own stderr.'

function sayWhereElse(error: unknown): never {
  if (!(error instanceof AuxotError) || error.code !== 'ENGINE_ABSENT') throw error
  const { message, code, hint } = error
  throw new BackendError(message, { code, hint: `${hint}\n${elsewhere}`, cause: error })
}

function nobodyHere({ fleet, follow }: Values): string {
  const who =
    fleet === undefined ? 'There are no workers in containers' : `The fleet "${fleet}" has no workers in containers`
  return `${who}. ${follow ? 'What starts from now on is shown.' : elsewhere}`
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
