import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Pids of the living processes that a process has started, itself or through others. */
export function descendantsOf(root: number): number[] {
  const parents = process.platform === 'linux' ? parentsFromProc() : parentsFromPs()
  const found = [root]
  for (const parent of found) {
    for (const [pid, of] of parents) if (of === parent) found.push(pid)
  }
  return found.slice(1)
}

/** The same for this very process. */
export function childPids(): number[] {
  return descendantsOf(process.pid)
}

/** Resolves when a process has ended; only looking tells, for one that is nobody's child here. */
export async function processGone(pid: number): Promise<void> {
  const deadline = Date.now() + 10_000
  while (parentOf(pid) !== undefined) {
    if (Date.now() > deadline) throw new Error(`the process ${pid} has not ended within 10 s`)
    await sleep(10)
  }
}

function parentsFromProc(): Map<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return new Map(pids.flatMap((name) => [[Number(name), parentOf(Number(name)) ?? -1]] as const))
}

function parentOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return parentsFromPs().get(pid)
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may itself hold spaces and parentheses.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? undefined : Number(parent)
  } catch {
    return undefined
  }
}

function parentsFromPs(): Map<number, number> {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,state='], { encoding: 'utf8' }).trim().split('\n')
  const rows = lines.map((line) => line.trim().split(/\s+/))
  return new Map(
    rows.flatMap(([pid, parent, state]) => (state === 'Z' ? [] : [[Number(pid), Number(parent)] as const])),
  )
}

/** What a process was started with, its arguments and its environment; empty where that cannot be seen. */
export function startedWith(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}
