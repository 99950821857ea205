import { type Clock, systemClock } from '../shared/clock.ts'
import { ReleaseStack } from '../shared/disposal.ts'
import type { Log } from '../shared/log.ts'
import { ClaudePool } from './claude/claude-pool.ts'
import { clearLeftovers, WorkDirectory } from './claude/work-directory.ts'
import { openControl } from './control/open-control.ts'
import { WorkerRecord } from './control/worker-record.ts'
import { leaveWithout } from './leave-without.ts'
import { readExtraCa } from './link/extra-ca.ts'
import type { StopRequests } from './stop-requests.ts'
import { Worker } from './worker.ts'
import type { WorkerConfig } from './worker-config.ts'
import type { WorkerEvent } from './worker-events.ts'
import type { WorkerExit } from './worker-exit.ts'

export interface RunWorkerDeps {
  readonly log: Log
  readonly stop: StopRequests
  readonly onEvent: (event: WorkerEvent) => void
  /** Calls back when somebody wants a worker that stays away to try again now. */
  readonly onRetryNow?: (listener: () => void) => Disposable
  readonly clock?: Clock
  readonly random?: () => number
}

/**
 * Builds a worker, runs it until it has ended, and leaves nothing behind: no process, no folder, no socket.
 * @throws UsageError when the extra CA file cannot be read, health cannot be served where it should, or what the worker is not to
 * work without is not there.
 */
export async function runWorker(config: WorkerConfig, deps: RunWorkerDeps): Promise<WorkerExit> {
  const { log, stop, clock = systemClock, random = Math.random } = deps
  await using opened = new ReleaseStack()
  const extraCa = await readExtraCa(config.extraCaFile)
  using _lifeline =
    config.leaveWithout === undefined ? undefined : await leaveWithout(config.leaveWithout, { stop, clock })
  await clearLeftovers(log)
  const directory = opened.use(await WorkDirectory.open())
  const { concurrency: slots, cancelGraceMs } = config
  const claude = new ClaudePool({ config: config.claude, slots, directory, cancelGraceMs, clock, log })
  // Released after the pool, which may still be giving its last processes time to end.
  opened.use(killOnRequest(stop, claude))
  opened.use(claude)
  const record = new WorkerRecord(clock)
  const onEvent = (event: WorkerEvent) => {
    record.note(event)
    deps.onEvent(event)
  }
  const worker = new Worker(config, { ...deps, onEvent, claude, clock, random, extraCa })
  opened.use(await openControl({ ...deps, config, worker, claude, record, clock, onEvent }))
  using _retry = deps.onRetryNow?.(() => worker.retryNow())
  return await worker.run()
}

/** The last step ends every process at once, also when the worker itself has ended before. */
function killOnRequest(stop: StopRequests, claude: ClaudePool): AsyncDisposable {
  const steps = stop.onStep((step) => {
    if (step === 'kill') claude.kill()
  })
  return { [Symbol.asyncDispose]: async () => steps[Symbol.dispose]() }
}
