import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Living processes that work in a folder or whose environment names it, from the kernel's own list. On Linux; elsewhere none is seen. */
export function processesBelow(folder: string): number[] {
  if (process.platform !== 'linux') return []
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids
    .filter((pid) => isAlive(pid) && (workingFolder(pid).startsWith(folder) || environment(pid).includes(folder)))
    .map(Number)
}

function isAlive(pid: string): boolean {
  const stat = read(`/proc/${pid}/stat`)
  return stat !== '' && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function environment(pid: string): string {
  return read(`/proc/${pid}/environ`)
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
