import { connect } from 'node:net'
import { type Clock, systemClock } from '../../shared/clock.ts'
import { formatDuration } from '../../shared/duration.ts'
import { AuxotError, messageOf } from '../../shared/errors.ts'
import { LineSplitter } from '../claude/line-splitter.ts'
import { controlPlaces, isTrusted } from './control-places.ts'
import type { ControlAnswer, ControlRequest } from './control-request.ts'
import { listSockets, removeStale, type SocketFile } from './socket-file.ts'

/** What one worker said, or why it said nothing although it is there. */
export type WorkerReply = SocketFile & ({ readonly answer: ControlAnswer } | { readonly problem: string })

export interface AskOptions {
  /** XDG_RUNTIME_DIR, as the workers may have had it. */
  readonly runtimeDir?: string | undefined
  /** For each worker. */
  readonly limitMs?: number
  readonly clock?: Clock
}

/** The sockets of all workers of this user on this host. Those of dead workers are removed on the way. */
export async function findWorkers({ runtimeDir }: Pick<AskOptions, 'runtimeDir'> = {}): Promise<SocketFile[]> {
  const found: SocketFile[] = []
  for (const place of controlPlaces(runtimeDir)) {
    if (!(await isTrusted(place))) continue
    await removeStale(place)
    found.push(...(await listSockets(place)))
  }
  return found.sort((a, b) => a.pid - b.pid)
}

/** Asks every worker of this user the same, all at once. One that has ended meanwhile is left out. */
export async function askWorkers(request: ControlRequest, options: AskOptions = {}): Promise<WorkerReply[]> {
  const workers = await findWorkers(options)
  const replies = await Promise.all(workers.map((worker) => askWorker(worker, request, options)))
  return replies.filter((reply) => reply !== undefined)
}

/** Asks one worker. Undefined where nobody is at the socket any more. */
export async function askWorker(
  worker: SocketFile,
  request: ControlRequest,
  { limitMs = 1_000, clock = systemClock }: AskOptions = {},
): Promise<WorkerReply | undefined> {
  const limit = new AbortController()
  using _limit = clock.timer(limitMs, () => limit.abort(silent(limitMs)))
  try {
    return { ...worker, answer: JSON.parse(await firstLine(worker.path, request, limit.signal)) as ControlAnswer }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined
    return { ...worker, problem: messageOf(error) }
  }
}

/** Sends the request and waits for one line. Rejects with the signal's reason when it aborts first. */
function firstLine(path: string, request: ControlRequest, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter()
    const socket = connect(path)
    const end = (settle: () => void) => {
      socket.destroy()
      settle()
    }
    signal.addEventListener('abort', () => end(() => reject(signal.reason)), { once: true })
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error('the worker closed the connection without an answer')))
    socket.on('data', (chunk) => {
      const [line] = lines.push(chunk)
      if (line !== undefined) end(() => resolve(line))
    })
    socket.write(`${JSON.stringify(request)}\n`)
  })
}

function silent(limitMs: number): AuxotError {
  const message = `The worker gave no answer within ${formatDuration(limitMs)}.`
  return new AuxotError(message, { code: 'WORKER_SILENT', exit: 'partial', retryable: true })
}
