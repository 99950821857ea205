import { readFile } from 'node:fs/promises'
import { execa } from 'execa'

/** Resident memory of a process in bytes; undefined where it cannot be told. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

async function fromProc(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024
}

async function fromPs(pid: number): Promise<number | undefined> {
  const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(pid)], { reject: false, stdin: 'ignore' })
  const kilobytes = Number((stdout ?? '').trim())
  return kilobytes > 0 ? kilobytes * 1_024 : undefined
}
