import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

/**
 * Overwrites the values of variables where the kernel shows the environment that this process was started with
 * (`/proc/<pid>/environ`): every process of the same user may read that, Claude Code's tools among them, and unsetting a variable
 * does not change it. A process may write to its own memory; a child or another start would leave the first one's to be read.
 * @returns whether none of them is left there. Always true where the kernel shows nobody an environment in such a file.
 */
export function overwriteInitial(names: readonly string[]): boolean {
  if (process.platform !== 'linux') return true
  try {
    const start = environmentStart(readFileSync('/proc/self/stat', 'utf8'))
    for (const { at, length } of valuesIn(readFileSync('/proc/self/environ'), names)) overwrite(start + at, length)
  } catch {
    // A hardened kernel may forbid it. What counts is what can be read now.
  }
  return !isAnyLeft(names)
}

/** The address of the first byte: the 50th field, counted from 1. The second is a name that may hold spaces and brackets. */
function environmentStart(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[50 - 3])
}

/** Where the values stand, of `NAME=value` with a zero byte behind each. */
function valuesIn(environment: Buffer, names: readonly string[]) {
  const found: { at: number; length: number }[] = []
  for (let at = 0; at < environment.length; ) {
    const end = environment.indexOf(0, at)
    const stop = end === -1 ? environment.length : end
    const equals = environment.indexOf('=', at)
    if (equals !== -1 && equals < stop && names.includes(environment.toString('latin1', at, equals))) {
      found.push({ at: equals + 1, length: stop - equals - 1 })
    }
    at = stop + 1
  }
  return found
}

function overwrite(address: number, length: number): void {
  const memory = openSync('/proc/self/mem', 'r+')
  try {
    writeSync(memory, Buffer.alloc(length, '*'), 0, length, address)
  } finally {
    closeSync(memory)
  }
}

function isAnyLeft(names: readonly string[]): boolean {
  try {
    const environment = readFileSync('/proc/self/environ')
    return valuesIn(environment, names).some(({ at, length }) =>
      environment.subarray(at, at + length).some((byte) => byte !== '*'.charCodeAt(0)),
    )
  } catch {
    // What this process may not read, no other of its user may.
    return false
  }
}
