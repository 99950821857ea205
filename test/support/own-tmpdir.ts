import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReleaseStack } from '../../src/shared/disposal.ts'

/** Gives this process a temporary folder of its own until the stack is released: whoever makes one makes it in there. */
export function openOwnTmpdir(opened: ReleaseStack, prefix: string): string {
  const before = process.env.TMPDIR
  const folder = mkdtempSync(join(tmpdir(), prefix))
  process.env.TMPDIR = folder
  opened.defer(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  return folder
}
