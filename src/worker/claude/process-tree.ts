import { readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { treeMark } from './launch.ts'

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
}

/**
 * Every living process that was started by `root` or by something it started: by the chain of parents and, on Linux, by the
 * mark in its environment, which also finds those whose parent has ended (the shells of the Bash tool make sessions of their own).
 */
export async function findDescendants(root: number | undefined, mark: string): Promise<number[]> {
  const entries = process.platform === 'linux' ? await listFromProc() : await listFromPs()
  const found = new Set<number>(root === undefined ? [] : chainOf(root, entries))
  if (process.platform === 'linux') {
    for (const pid of await findMarked(entries, (value) => value === mark)) found.add(pid)
  }
  found.delete(process.pid)
  if (root !== undefined) found.delete(root)
  return [...found]
}

/** Processes whose mark lies below `folder`, whatever session they belonged to. Linux only; elsewhere none. */
export async function findMarkedBelow(folder: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  return findMarked(await listFromProc(), (value) => value.startsWith(`${folder}/`))
}

/** Whether one of them has not ended yet. */
export async function anyAlive(pids: readonly number[]): Promise<boolean> {
  if (pids.length === 0) return false
  const living = process.platform === 'linux' ? await listFromProc() : await listFromPs()
  return living.some(({ pid }) => pids.includes(pid))
}

/** Sends a signal to each; those that are gone already are fine. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // Ended between the look and the signal.
    }
  }
}

function chainOf(root: number, entries: readonly ProcessEntry[]): number[] {
  const chain = [root]
  for (const pid of chain) {
    for (const entry of entries) if (entry.parent === pid && !chain.includes(entry.pid)) chain.push(entry.pid)
  }
  return chain
}

async function findMarked(entries: readonly ProcessEntry[], fits: (value: string) => boolean): Promise<number[]> {
  const marked = await Promise.all(entries.map(async ({ pid }) => (fits(await markOf(pid)) ? pid : undefined)))
  return marked.filter((pid) => pid !== undefined && pid !== process.pid) as number[]
}

async function markOf(pid: number): Promise<string> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const prefix = `${treeMark}=`
  return (environment.split('\0').find((entry) => entry.startsWith(prefix)) ?? '').slice(prefix.length)
}

async function listFromProc(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const entries = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      // The name in parentheses may itself hold spaces and parentheses.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return state === undefined || state === 'Z' ? undefined : { pid, parent: Number(parent) }
    }),
  )
  return entries.filter((entry) => entry !== undefined)
}

async function listFromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await execa('ps', ['-axo', 'pid=,ppid='], { reject: false, stdin: 'ignore' })
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number)
    return pid && parent !== undefined ? [{ pid, parent }] : []
  })
}
