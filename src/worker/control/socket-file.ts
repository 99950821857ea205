import { readdir, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { isAlive } from '../../shared/is-alive.ts'
import { type ControlPlace, folderOf } from './control-places.ts'

/** The socket of one worker. */
export interface SocketFile {
  readonly path: string
  readonly pid: number
}

/** What the kernel takes for the name of a socket, without the zero at its end. */
const longestPathBytes = process.platform === 'linux' ? 107 : 103

/** The socket of a process's first, second, third … worker. */
export function socketPath(place: ControlPlace, pid: number, count: number): string {
  return join(folderOf(place), `${pid}${count === 1 ? '' : `-${count}`}.sock`)
}

/** Whether the kernel can take a name that long. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= longestPathBytes
}

/** All sockets in a place, those of dead workers too. */
export async function listSockets(place: ControlPlace): Promise<SocketFile[]> {
  const names = await readdir(folderOf(place)).catch(() => [])
  return names.flatMap((name) => {
    const pid = /^(\d+)(?:-\d+)?\.sock$/.exec(name)?.[1]
    return pid === undefined ? [] : [{ path: join(folderOf(place), name), pid: Number(pid) }]
  })
}

/** Whether a socket is there at which nobody listens any more. */
export async function isDeserted(path: string): Promise<boolean> {
  return (await knock(path)) === 'ECONNREFUSED'
}

/** Whether somebody listens at a socket. What cannot be found out, because too many knock, say, counts as yes. */
export async function isListening(path: string): Promise<boolean> {
  return !['ECONNREFUSED', 'ENOENT'].includes(await knock(path))
}

/** The code of what went wrong; empty where somebody opened. */
function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve('')
    })
    socket.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code))
  })
}

/** Removes the sockets of workers that were killed. One of a living process stays: it may be about to listen. */
export async function removeStale(place: ControlPlace): Promise<void> {
  for (const { path, pid } of await listSockets(place)) {
    if (!isAlive(pid) && (await isDeserted(path))) await unlink(path).catch(() => {})
  }
}
