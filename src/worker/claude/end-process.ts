import type { Clock } from '../../shared/clock.ts'
import type { ClaudeProcess } from './claude-process.ts'
import { anyAlive, findDescendants, signalAll } from './process-tree.ts'

/** How an ending should go. */
export interface EndOptions {
  /** Between TERM and KILL, milliseconds; 0 kills at once. */
  readonly graceMs: number
  /** Aborts when there is no patience left: the grace is over. */
  readonly hurry: AbortSignal
  /** The mark of the session's processes. */
  readonly mark: string
  /** Built-in tools may have started programs that live on without their parent. */
  readonly hasTools: boolean
  readonly clock: Clock
}

/** Programs of tools are nobody's children here; whether they have ended has to be looked at. */
const lookAgainMs = 50

/** Ends a process and everything it started: TERM, a grace, KILL. Resolves when nothing of it is left. */
export async function endProcess(target: ClaudeProcess, options: EndOptions): Promise<void> {
  // Before the first signal: a child loses its parent, and with it the trace, when the parent ends.
  const descendants = options.hasTools ? await findDescendants(target.pid, options.mark) : []
  if (options.graceMs > 0) {
    target.signal('SIGTERM')
    signalAll(descendants, 'SIGTERM')
    await allGone(target, descendants, options)
  }
  target.signal('SIGKILL')
  await target.exited
  if (options.hasTools) signalAll(await findDescendants(undefined, options.mark), 'SIGKILL')
  signalAll(descendants, 'SIGKILL')
}

/** Resolves when all have ended, or the grace has. */
async function allGone(target: ClaudeProcess, pids: readonly number[], { graceMs, hurry, clock }: EndOptions) {
  const grace = new AbortController()
  using _timer = clock.timer(graceMs, () => grace.abort())
  const over = AbortSignal.any([grace.signal, hurry])
  await Promise.race([target.exited, aborted(over)])
  while (!over.aborted && (await anyAlive(pids))) await clock.sleep(lookAgainMs, over).catch(() => {})
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
