import type { Clock } from '../../shared/clock.ts'
import { ReleaseStack } from '../../shared/disposal.ts'
import type { Log } from '../../shared/log.ts'
import type { StopRequests } from '../stop-requests.ts'
import type { WorkerEvent } from '../worker-events.ts'
import { answerRequest, type ControlledWorker } from './answer-request.ts'
import { ControlDoor } from './control-door.ts'
import { controlPlaces } from './control-places.ts'
import { type ReportSources, statusReport } from './status-report.ts'

export interface ControlOptions extends ReportSources {
  readonly worker: ControlledWorker['worker']
  readonly stop: StopRequests
  readonly clock: Clock
  readonly log: Log
  readonly onEvent: (event: WorkerEvent) => void
}

/** Missed answers that end a connection, and the age that an answer may have at least. */
const missedHeartbeats = 3
const shortestAckLimitMs = 30_000

/**
 * Opens what a worker tells about itself: the control socket, and health over HTTP where an address was given.
 * @throws UsageError when that address cannot be listened on.
 */
export async function openControl(options: ControlOptions): Promise<AsyncDisposable> {
  const opened = new ReleaseStack()
  try {
    await openDoor(options, opened)
    await openHealth(options, opened)
    return opened
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function openDoor(options: ControlOptions, opened: ReleaseStack): Promise<void> {
  const { config, worker, stop, onEvent } = options
  const controlled = { worker, stop, report: () => statusReport(options) }
  const places = controlPlaces(config.runtimeDir)
  if (places.length === 0) return
  const door = opened.use(
    await ControlDoor.open({ ...options, places, answer: (line) => answerRequest(line, controlled) }),
  )
  if (!door.isOpen) onEvent({ type: 'warning', code: 'NO_CONTROL_SOCKET', message: noSocket })
}

const noSocket =
  'There is no place for a control socket: "auxot worker status", "drain" and "stop" will not find this worker. ' +
  'Give it an XDG_RUNTIME_DIR or a TMPDIR that belongs to its user, with a short path.'

/** What serves it is imported only here: it is slow to load and most workers go without. */
async function openHealth(options: ControlOptions, opened: ReleaseStack): Promise<void> {
  const { config, log } = options
  if (!config.healthAddress) return
  const [{ HealthServer }, { WorkerMetrics }] = await Promise.all([import('./health.ts'), import('./metrics.ts')])
  const server = await HealthServer.open(config.healthAddress, {
    report: () => statusReport(options),
    metrics: new WorkerMetrics(options),
    heartbeatAckLimitMs: Math.max(shortestAckLimitMs, missedHeartbeats * config.heartbeatIntervalMs),
    log,
  })
  opened.use(server)
  log.info({}, `health is served at ${server.url}`)
}
