import type { Clock } from '../../shared/clock.ts'
import type { ClaudeProcess } from './claude-process.ts'
import { findDescendants, signalAll } from './process-tree.ts'

/** How an ending should go. */
export interface EndOptions {
  /** Between TERM and KILL, milliseconds; 0 kills at once. */
  readonly graceMs: number
  /** The mark of the session's processes. */
  readonly mark: string
  /** Built-in tools may have started programs that live on without their parent. */
  readonly hasTools: boolean
  readonly clock: Clock
}

/** Ends a process and everything it started: TERM, a grace, KILL. Resolves when nothing of it is left. */
export async function endProcess(target: ClaudeProcess, options: EndOptions): Promise<void> {
  // Before the first signal: a child loses its parent, and with it the trace, when the parent ends.
  const descendants = options.hasTools ? await findDescendants(target.pid, options.mark) : []
  if (options.graceMs > 0) {
    target.signal('SIGTERM')
    signalAll(descendants, 'SIGTERM')
    await exitedWithin(target, options)
  }
  target.signal('SIGKILL')
  await target.exited
  if (options.hasTools) signalAll(await findDescendants(undefined, options.mark), 'SIGKILL')
  signalAll(descendants, 'SIGKILL')
}

async function exitedWithin(target: ClaudeProcess, { graceMs, clock }: EndOptions): Promise<void> {
  let timer: Disposable | undefined
  const late = new Promise<void>((resolve) => {
    timer = clock.timer(graceMs, resolve)
  })
  await Promise.race([target.exited, late])
  timer?.[Symbol.dispose]()
}
