import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Environment } from '../settings/environment.ts'
import { UsageError } from '../shared/errors.ts'
import { changeIds, identity } from './change-ids.ts'
import { printable } from './printable.ts'

/** Who a worker is to become, and what it has to be able to run then. */
export interface UserChange {
  /** As `--user` named it. */
  readonly name: string
  /** Where it cannot become that user, the worker goes on as it is. */
  readonly ifPossible: boolean
  readonly claudePath: string
}

/** Who the worker is from here on. */
export interface ChangedUser {
  /** With that user's names in it. */
  readonly env: Environment
  /** What is weaker, where the change was not possible. */
  readonly warning?: { readonly code: 'NOT_ANOTHER_USER'; readonly message: string }
}

/**
 * Becomes an ordinary user for good, once everything that only root may read was read. What Claude Code's tools run as can then
 * read none of it, nor the memory or environment of this process.
 */
export async function becomeUser(change: UserChange, env: Environment): Promise<ChangedUser> {
  const { name, ifPossible, claudePath } = change
  const present = identity()
  if (!present) {
    if (ifPossible) return unchanged(env, 'This system has no users to change to')
    throw new UsageError('--user: this system has no users to change to')
  }
  const [uid, gid] = await Promise.all([idOf(name, '-u'), idOf(name, '-g')])
  if (uid === present.uid) return ifPossible ? unchanged(env, `The worker was started as ${name} already`) : { env }
  if (present.uid !== 0) {
    if (ifPossible) return unchanged(env, `Only root can become ${name}, and this is the user ${present.uid}`)
    throw new UsageError(`--user: only root can become ${name}`, { hint: 'Start the worker as root, or as that user.' })
  }
  if (uid === 0) throw new UsageError('--user: names root itself', { hint: 'Name an ordinary user.' })
  const refusal = changeIds({ name, uid, gid })
  if (refusal) return refused(change, env, refusal)
  await assertRunnable(claudePath, name)
  return { env: { ...env, USER: name, LOGNAME: name } }
}

function refused({ name, ifPossible }: UserChange, env: Environment, refusal: NodeJS.ErrnoException): ChangedUser {
  const reason = `this root may not become ${name} (${refusal.code})`
  if (ifPossible) return unchanged(env, reason.replace('this', 'This'))
  throw new UsageError(`--user: ${reason}`, { hint: 'It takes the capabilities SETUID and SETGID.', cause: refusal })
}

function unchanged(env: Environment, reason: string): ChangedUser {
  const message =
    `${reason}, so it goes on as it is: what Claude Code's tools run as can read what this worker can, the worker key's file too. ` +
    'Started as root with the capabilities SETUID and SETGID, it would close that to them.'
  return { env, warning: { code: 'NOT_ANOTHER_USER', message } }
}

async function idOf(name: string, which: '-u' | '-g'): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('id', [which, '--', name])
    return Number(stdout)
  } catch (error) {
    throw new UsageError(`--user: there is no user "${printable(name)}"`, { cause: error })
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
