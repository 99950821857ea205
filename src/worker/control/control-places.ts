import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for control sockets of this user: `levels` are ours to make below `base`, which has to be there. */
export interface ControlPlace {
  readonly base: string
  readonly levels: readonly string[]
  /** The base itself has to be this user's. */
  readonly isPrivate: boolean
}

/**
 * Where this user's workers may have their sockets, the best place first. A worker takes the first that it can use; who looks for
 * workers looks into all, since not every worker of a user was started with the same environment.
 */
export function controlPlaces(runtimeDir: string | undefined): readonly ControlPlace[] {
  // No files with an owner and no sockets among them.
  if (process.platform === 'win32') return []
  const levels = [`auxot-${process.getuid?.()}`, 'control']
  const temporary = [...new Set([tmpdir(), '/tmp'])].map((base) => ({ base, levels, isPrivate: false }))
  return runtimeDir === undefined ? temporary : [{ base: runtimeDir, levels: ['auxot'], isPrivate: true }, ...temporary]
}

/** The place's folder. */
export function folderOf({ base, levels }: ControlPlace): string {
  return join(base, ...levels)
}

/** Makes the folder, open to this user only. False where that cannot be had. */
export async function makePlace(place: ControlPlace): Promise<boolean> {
  try {
    if (place.isPrivate && !isOurs(await stat(place.base))) return false
    for (const path of pathsOf(place)) {
      await mkdir(path, { mode: 0o700 }).catch(ignore('EEXIST'))
      const found = await lstat(path)
      if (!isOurs(found) || !found.isDirectory()) return false
      if ((found.mode & 0o077) !== 0) await chmod(path, 0o700)
    }
    return true
  } catch {
    return false
  }
}

/** Whether the folder is there and nobody else could have put anything into it. */
export async function isTrusted(place: ControlPlace): Promise<boolean> {
  try {
    for (const path of pathsOf(place)) {
      const found = await lstat(path)
      if (!found.isDirectory() || !isOurs(found) || (found.mode & 0o077) !== 0) return false
    }
    return true
  } catch {
    return false
  }
}

/** Removes the place's folders as far as they are empty. */
export async function leavePlace(place: ControlPlace): Promise<void> {
  for (const path of pathsOf(place).reverse()) await rmdir(path).catch(() => {})
}

/** The folders that are ours to make, the outermost first. */
function pathsOf({ base, levels }: ControlPlace): string[] {
  return levels.map((_, depth) => join(base, ...levels.slice(0, depth + 1)))
}

function isOurs({ uid }: Stats): boolean {
  return uid === process.getuid?.()
}

function ignore(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error
  }
}
