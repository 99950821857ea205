import { setTimeout as sleep } from 'node:timers/promises'
import { canLook, treeOf } from './processes.ts'

/** A Claude Code that was just started works in bursts with up to half a second between; after that long without one it is parked. */
export const parkedMs = 700
/** Long enough to see that a worker has settled its job and started what it wants to start. */
export const restMs = 300

const lookEveryMs = 100
/** Hundredths of a second per look: a parked Claude Code uses less than one, one that works uses many. */
const idleTicks = 1
const limitMs = 60_000
/** Where nothing can be seen of a process, this has to be enough. */
const blindWaitMs = 2_500

/** Resolves when these processes and all that they started have done nothing for `idleMs`. */
export async function untilIdle(roots: readonly { readonly pid: number }[], idleMs: number): Promise<void> {
  if (!canLook) return void (await sleep(blindWaitMs + idleMs))
  const pids = roots.map(({ pid }) => pid)
  const deadline = performance.now() + limitMs
  let busyAtMs = performance.now()
  let before = ticksOf(pids)
  while (performance.now() - busyAtMs < idleMs) {
    if (performance.now() > deadline) throw new Error(`the processes ${pids.join(', ')} were not idle within a minute`)
    await sleep(lookEveryMs)
    const now = ticksOf(pids)
    if (now - before > idleTicks * pids.length) busyAtMs = performance.now()
    before = now
  }
}

function ticksOf(pids: readonly number[]): number {
  return pids.flatMap(treeOf).reduce((sum, { ticks }) => sum + ticks, 0)
}
