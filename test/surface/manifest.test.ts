import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { repositoryRoot } from '../support/repository-root.ts'

it('oclif.manifest.json says what the built commands say', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/manifest.ts', '--check'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

it('README.md says what the code says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/readme.ts', '--check'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
