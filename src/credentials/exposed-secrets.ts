import { readdir, readFile } from 'node:fs/promises'
import type { Secret } from '../shared/secret.ts'

/** A process that shows a secret to every other process of its user. */
export interface Exposure {
  readonly pid: number
  /** As the kernel knows it: `npm`, `bash`. */
  readonly name: string
}

/** Processes in whose environment a secret can be read by this user, and so by what Claude Code's tools start. */
export async function findExposures(secrets: readonly Secret[]): Promise<readonly Exposure[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const looks = await Promise.all(pids.map((pid) => shows(pid, secrets)))
  return looks.flatMap((exposure) => exposure ?? [])
}

async function shows(pid: string, secrets: readonly Secret[]): Promise<Exposure | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`)
    if (!secrets.some((secret) => environment.includes(secret.reveal()))) return undefined
    return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() }
  } catch {
    // Somebody else's, or gone.
    return undefined
  }
}
