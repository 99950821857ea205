import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { treeOf } from './processes.ts'

const children = new Set<ChildProcess>()
const graceMs = 5_000

/** Whatever ends the bench, nothing that it started outlives it; a worker that is killed cannot end its own children. */
export function endChildrenAtExit(): void {
  process.once('exit', () => {
    for (const { pid } of [...children].flatMap((child) => treeOf(child.pid ?? 0))) kill(pid)
    for (const child of children) child.kill('SIGKILL')
  })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}

/** Has a child of the bench ended with it. */
export function adopt<Child extends ChildProcess>(child: Child): Child {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Starts node, for comparison; disposing ends it. */
export function startNode(argv: readonly string[]): AsyncDisposable & { readonly pid: number } {
  const child = adopt(spawn(process.execPath, argv, { stdio: 'ignore' }))
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => endChild(child, 'SIGKILL') }
}

/** Ends a child: asked first, unless it is to be killed at once. */
export async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  child.kill(signal)
  const late = new AbortController()
  const limit = sleep(graceMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await exited
  late.abort()
  await limit
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Ended between the look and the signal.
  }
}
