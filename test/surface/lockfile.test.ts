import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { missingPackages } from '../../scripts/complete-lockfile.ts'
import { repositoryRoot } from '../support/repository-root.ts'

const text = readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')

it('package-lock.json has every platform’s optional packages, without which npm ci refuses it', () => {
  const names = missingPackages(JSON.parse(text)).map(({ name }) => name)
  expect(names, 'run "node scripts/complete-lockfile.ts"').toEqual([])
})

it('package-lock.json names no registry', () => {
  expect(text.match(/"resolved": "[a-z+]+:[^"]*"/g) ?? []).toEqual([])
})
