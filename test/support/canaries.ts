import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

/** Secrets that are in no other place of this machine, so that every sighting is a leak. */
export class Canaries {
  readonly token = `sk-ant-oat01-${randomUUID()}`
  readonly workerKey = `adm_${randomUUID()}`

  /** Fails where one of them stands in a text. */
  expectNoneIn(text: string, where: string): void {
    for (const secret of [this.token, this.workerKey]) {
      // A short message: the text itself may be megabytes of other processes.
      expect(text.includes(secret), `${secret.slice(0, 8)}… in ${where}`).toBe(false)
      expect(text.includes(secret.slice(13)), `the end of ${secret.slice(0, 8)}… in ${where}`).toBe(false)
    }
  }

  /** Fails where one of them stands in a file of a folder. */
  expectNoneBelow(folder: string, { except = [] }: { readonly except?: readonly string[] } = {}): void {
    for (const path of filesBelow(folder)) {
      if (!except.some((allowed) => path.startsWith(allowed))) this.expectNoneIn(textOf(path), path)
    }
  }
}

/** A file that has gone since it was listed holds nothing any more. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function filesBelow(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const path = join(folder, name)
    // Files come and go while a worker runs.
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return filesBelow(path)
    return stats?.isFile() ? [path] : []
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
