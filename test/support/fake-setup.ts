import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repositoryRoot } from './repository-root.ts'

/** A `claude` whose set-up shows a token of ours; for everything else it is the program behind it. */
export class FakeSetup implements Disposable {
  readonly path: string
  readonly folder: string

  constructor(token: string, behind = '/bin/false') {
    this.folder = mkdtempSync(join(tmpdir(), 'auxot-fake-setup-'))
    this.path = join(this.folder, 'claude')
    const file = join(this.folder, 'token')
    writeFileSync(file, token)
    const fixture = join(repositoryRoot, 'test', 'fixtures', 'claude', 'setup-token.mjs')
    const shown = `"${process.execPath}" "${fixture}" "${file}"`
    const lines = ['#!/bin/sh', `[ "$1" = setup-token ] && exec ${shown}`, `exec "${behind}" "$@"`]
    writeFileSync(this.path, `${lines.join('\n')}\n`, { mode: 0o755 })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}
