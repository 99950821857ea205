import { deepFreeze } from '../shared/deep-freeze.ts'
import { ProblemList } from '../shared/problems.ts'
import { workerSettings } from './definitions.ts'
import { type ReadSettings, readSettings, type SettingsInput } from './read-settings.ts'

export type WorkerSettings = ReadSettings<typeof workerSettings>

/** The settings of a worker, frozen. Problems go to the list where one is given, for those who have more to check. */
export async function resolveWorkerSettings(input: SettingsInput, problems?: ProblemList): Promise<WorkerSettings> {
  const list = problems ?? new ProblemList()
  const settings = await readSettings(workerSettings, input, list)
  addContradictions(settings, list)
  if (!problems) list.throwIfAny()
  return deepFreeze(settings)
}

function addContradictions({ values, sources }: WorkerSettings, problems: ProblemList): void {
  if (values.reconnectMaxDelay < values.reconnectDelay) {
    problems.add({
      source: sources.reconnectMaxDelay === 'default' ? sources.reconnectDelay : sources.reconnectMaxDelay,
      message: 'the largest reconnect delay is shorter than the first',
      hint: 'Give --reconnect-max-delay at least the value of --reconnect-delay.',
    })
  }
  if (values.once && values.exitAfterJobs !== undefined && values.exitAfterJobs !== 1) {
    problems.add({ source: sources.once, message: `contradicts ${sources.exitAfterJobs}`, hint: 'Give one of them.' })
  }
}
