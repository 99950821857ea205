import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../shared/errors.ts'
import { isAlive } from '../../shared/is-alive.ts'
import type { Log } from '../../shared/log.ts'
import { findMarkedBelow, signalAll } from './process-tree.ts'
import { openSessionDirectory, type SessionDirectory } from './session-directory.ts'

const prefix = 'auxot-'
const ownerFile = 'owner.json'

/** Who made a work directory: a pid alone may by now be another process's. */
interface Owner {
  readonly pid: number
  readonly startedAt: string
}

/** The folder of one worker, in which its Claude Code processes have theirs. Removed with the worker. */
export class WorkDirectory implements AsyncDisposable {
  readonly path: string
  #count = 0

  private constructor(path: string) {
    this.path = path
  }

  /** @throws UsageError when nothing can be made in the temporary folder. */
  static async open(): Promise<WorkDirectory> {
    const owner: Owner = { pid: process.pid, startedAt: await startOf(process.pid) }
    let path: string | undefined
    try {
      path = await mkdtemp(join(tmpdir(), prefix))
      await writeFile(join(path, ownerFile), JSON.stringify(owner), { mode: 0o600 })
      return new WorkDirectory(path)
    } catch (error) {
      if (path !== undefined) await rm(path, { recursive: true, force: true })
      throw unusable(error as NodeJS.ErrnoException)
    }
  }

  /** Folders for one more process. */
  openSession(): Promise<SessionDirectory> {
    this.#count += 1
    return openSessionDirectory(join(this.path, `s${this.#count}`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

function unusable(cause: NodeJS.ErrnoException): UsageError {
  const reason = cause.code === 'ENOSPC' ? 'no space is left there' : `${cause.code}`
  return new UsageError(`the temporary folder ${tmpdir()} cannot be written to (${reason})`, {
    hint: 'Make room, or name another folder with TMPDIR.',
    cause,
  })
}

/** Ends what workers left behind that were killed: their Claude Code processes, the programs of those, and their folders. */
export async function clearLeftovers(log: Log): Promise<void> {
  // Where it may not be listed nothing can be found; whether it may be written to is for `open` to say.
  const names = await readdir(tmpdir()).catch(() => [])
  for (const path of names.filter((name) => name.startsWith(prefix)).map((name) => join(tmpdir(), name))) {
    if (!(await isAbandoned(path))) continue
    const pids = await findMarkedBelow(path)
    signalAll(pids, 'SIGKILL')
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    log.info({ folder: path, processes: pids.length }, 'removed what an earlier worker left behind')
  }
}

/** Only folders of our own making whose worker is gone: what another user wrote must not tell root what to end and to remove. */
async function isAbandoned(path: string): Promise<boolean> {
  if (!(await isOurFolder(path))) return false
  const owner = await readOwner(path)
  return owner !== undefined && (await startOf(owner.pid)) !== owner.startedAt
}

async function isOurFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid())
}

/** Undefined for anything that we did not write, or have not written to its end. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(join(path, ownerFile), 'utf8')) as Partial<Owner> | null
    return typeof owner?.pid === 'number' && typeof owner.startedAt === 'string' ? (owner as Owner) : undefined
  } catch {
    return undefined
  }
}

/** When a process began, in the kernel's own words; empty where there is no such process. Elsewhere than on Linux only whether it lives. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return isAlive(pid) ? 'alive' : ''
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
