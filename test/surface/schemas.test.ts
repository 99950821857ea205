import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { expectDocument, schemaNames } from '../support/json-documents.ts'
import { repositoryRoot } from '../support/repository-root.ts'

it('every schema is in a file of its own name', () => {
  const files = readdirSync(join(repositoryRoot, 'schemas'))
  expect(files).toEqual(schemaNames.map((name) => `${name.replaceAll('/', '.')}.json`))
})

it.each(schemaNames)('%s refuses a document of another kind', (name) => {
  expect(() => expectDocument({ schema: 'auxot.other/v1' }, name)).toThrow(name)
})
