import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { repositoryRoot } from '../../support/repository-root.ts'

/** The packages that a process has loaded after it has imported a compiled file. */
function packagesAfter(file: string): string[] {
  const program = `import { createRequire } from 'node:module'
    await import(process.argv[1])
    const loaded = Object.keys(createRequire(process.argv[1]).cache)
    console.log(JSON.stringify([...new Set(loaded.map((path) => path.split('/node_modules/')[1]?.split('/')[0]))]))`
  const url = pathToFileURL(join(repositoryRoot, 'dist', file)).href
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, url], {
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}

describe('prom-client, which takes longer to load than a worker', () => {
  it('is not loaded by a worker that nobody measures', () => {
    const packages = packagesAfter('worker/run-worker.js')
    expect(packages).toContain('ws')
    expect(packages).not.toContain('prom-client')
  })

  it('is loaded by one that is measured', () => {
    expect(packagesAfter('worker/control/metrics.js')).toContain('prom-client')
  })
})
