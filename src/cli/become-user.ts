import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Environment } from '../settings/environment.ts'
import { UsageError } from '../shared/errors.ts'

interface WithGroups {
  readonly initgroups?: (user: string, group: number) => void
}

/** Who a worker is to become, and what it has to be able to run then. */
export interface UserChange {
  /** As `--user` named it. */
  readonly name: string
  readonly claudePath: string
}

/**
 * Becomes an ordinary user for good, once everything that only root may read was read. What Claude Code's tools run as can then
 * read none of it, nor the memory or environment of this process.
 * @returns the environment with that user's names in it.
 */
export async function becomeUser({ name, claudePath }: UserChange, env: Environment): Promise<Environment> {
  // The types of Node do not know initgroups.
  const { setgid, setuid, initgroups, getuid } = process as Partial<NodeJS.Process> & WithGroups
  if (!setgid || !setuid || !initgroups || !getuid)
    throw new UsageError('--user: this system has no users to change to')
  const [uid, gid] = await Promise.all([idOf(name, '-u'), idOf(name, '-g')])
  if (uid === getuid()) return env
  if (getuid() !== 0) {
    throw new UsageError(`--user: only root can become ${name}`, { hint: 'Start the worker as root, or as that user.' })
  }
  if (uid === 0) throw new UsageError('--user: names root itself', { hint: 'Name an ordinary user.' })
  initgroups(name, gid)
  setgid(gid)
  setuid(uid)
  await assertRunnable(claudePath, name)
  return { ...env, USER: name, LOGNAME: name }
}

async function idOf(name: string, which: '-u' | '-g'): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('id', [which, '--', name])
    return Number(stdout)
  } catch (error) {
    throw new UsageError('--user: there is no such user', { cause: error })
  }
}

async function assertRunnable(path: string, name: string): Promise<void> {
  try {
    await access(path, constants.X_OK)
  } catch (error) {
    throw new UsageError(`--user: ${name} may not run ${path}`, {
      hint: 'Install Claude Code where every user can run it, and name it with --claude-path.',
      cause: error,
    })
  }
}
