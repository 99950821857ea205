/** dist/ from nothing, and with it oclif.manifest.json; `--compile-only` leaves the manifest as it was committed, for those who test it. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { writeManifest } from './manifest.ts'
import { root } from './root.ts'

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', 'tsconfig.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status !== 0) process.exitCode = 1
else if (!process.argv.includes('--compile-only')) await writeManifest()
