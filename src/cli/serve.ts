import type { Environment } from '../settings/environment.ts'
import { systemClock } from '../shared/clock.ts'
import { exitCodes } from '../shared/exit-codes.ts'
import { runWorker } from '../worker/run-worker.ts'
import { StopRequests } from '../worker/stop-requests.ts'
import { listenForStopSignals } from '../worker/stop-signals.ts'
import { becomeUser, type ChangedUser } from './become-user.ts'
import { secretWarnings } from './guard-secrets.ts'
import { openOutput } from './open-output.ts'
import type { ResolvedWorker } from './resolve-worker.ts'
import { workerConfigFrom } from './worker-config.ts'

/** Runs one worker in the foreground until it has ended, and gives the process its exit code. */
export async function serve(worker: ResolvedWorker, env: Environment): Promise<void> {
  const { workerKey, credential, settings, claude } = worker
  const { user: name, userIfPossible: ifPossible, tools } = settings.values
  const secrets = [workerKey, credential.secret]
  const change = name === undefined ? undefined : { name, ifPossible, claudePath: claude.path }
  const user: ChangedUser = change ? await becomeUser(change, env) : { env }
  const { log, onEvent } = openOutput(settings.values, secrets, env)
  if (user.warning) onEvent({ type: 'warning', ...user.warning })
  const staysItself = user.warning !== undefined
  for (const warning of await secretWarnings({ secrets, tools, staysItself })) onEvent({ type: 'warning', ...warning })
  if (credential.note) onEvent({ type: 'warning', code: 'TWO_CREDENTIALS', message: credential.note })
  const stop = new StopRequests()
  using _signals = listenForStopSignals(stop, { emitter: process, clock: systemClock, log })
  const { exit, error } = await runWorker(workerConfigFrom(worker, user.env), { log, stop, onEvent, onRetryNow })
  process.exitCode = exitCodes[exit].code
  if (error) throw error
}

/** SIGUSR2: a worker that stays away, because of a rate limit or a refused credential, tries again now. */
function onRetryNow(listener: () => void): Disposable {
  // Windows has no such signal.
  if (process.platform === 'win32') return { [Symbol.dispose]: () => {} }
  process.on('SIGUSR2', listener)
  return { [Symbol.dispose]: () => process.off('SIGUSR2', listener) }
}
