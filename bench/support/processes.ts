import { readdirSync, readFileSync } from 'node:fs'

/** Whether processes can be looked at here; only Linux has `/proc`. */
export const canLook = process.platform === 'linux'

interface Entry {
  readonly pid: number
  readonly parent: number
  /** Processor time so far, in hundredths of a second. */
  readonly ticks: number
}

/** `pid` and everything that it and its children started. */
export function treeOf(pid: number): Entry[] {
  const entries = allProcesses()
  const tree = entries.filter((entry) => entry.pid === pid)
  for (const { pid: parent } of tree) tree.push(...entries.filter((entry) => entry.parent === parent))
  return tree
}

/** Memory that a process holds, in MB; 0 when it is gone. */
export function residentMb(pid: number): number {
  return megabytes(pid, 'VmRSS')
}

/** The part of it that is not a copy of a file on disk, which programs share. */
export function ownMb(pid: number): number {
  return megabytes(pid, 'RssAnon')
}

function megabytes(pid: number, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes ?? 0) / 1_024
}

/** Pids of the Claude Code processes that a worker has. */
export function claudesOf(workerPid: number): number[] {
  return treeOf(workerPid)
    .map(({ pid }) => pid)
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes('stream-json'))
}

function allProcesses(): Entry[] {
  const pids = canLook ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids.flatMap((name) => {
    // The name in parentheses may itself hold spaces and parentheses.
    const stat = read(`/proc/${name}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === undefined || fields[0] === '' || fields[0] === 'Z') return []
    return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Ended between the look and the reading.
    return ''
  }
}
