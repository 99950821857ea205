import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { repositoryRoot } from './repository-root.ts'

const folder = join(repositoryRoot, 'schemas')

/** Every schema that is shipped, closed: a field that no schema names is a mistake here, though readers must allow for new ones. */
const schemas = new Map(
  readdirSync(folder).map((name) => {
    const schema = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { $id: string }
    return [schema.$id, closed(schema) as object]
  }),
)

/** The names of all schemas: `auxot.error/v1` and so on. */
export const schemaNames = [...schemas.keys()]

/** Fails unless the document is exactly what the schema that it names says. */
export function expectDocument(document: unknown, name: string): void {
  const schema = schemas.get(name)
  if (!schema) throw new Error(`there is no schema ${name}`)
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
  validate(document)
  expect(validate.errors ?? [], `${name}: ${JSON.stringify(document)}`).toEqual([])
}

/** Reads the one JSON document of a text and checks it. */
export function readDocument<T>(text: string, name: string): T {
  const document: unknown = JSON.parse(text)
  expectDocument(document, name)
  return document as T
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return inner.type === 'object' ? { ...inner, additionalProperties: false } : inner
}
