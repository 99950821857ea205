import type { JsonValue } from '../claude/turn.ts'
import { isJsonObject, names, valueKeywords } from './schema-keywords.ts'

/** Deeper than any schema that a model could follow; keeps a hostile one from exhausting the stack. */
const maxDepth = 200

const oneSchema = new Set([
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
])
const listOfSchemas = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const namedSchemas = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'])

/** Where in a schema something is: the names on the way down. */
type Path = readonly string[]

/** What JSON Schema (draft 2020-12) has against a schema, with the place; undefined when it is a valid one. */
export function schemaProblem(schema: JsonValue | undefined, path: Path = []): string | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!isJsonObject(schema)) return `${shown(path)} must be a schema, that is an object`
  if (path.length > maxDepth) return `it is nested more than ${maxDepth} levels deep`
  return firstProblem(Object.entries(schema), ([keyword, value]) => keywordProblem(keyword, value, [...path, keyword]))
}

function keywordProblem(keyword: string, value: JsonValue, path: Path): string | undefined {
  const rule = valueKeywords.get(keyword)
  if (rule) return rule.allows(value) ? undefined : `${shown(path)} must ${rule.must}`
  if (oneSchema.has(keyword)) return schemaProblem(value, path)
  if (listOfSchemas.has(keyword)) return listProblem(value, path)
  if (namedSchemas.has(keyword)) return mapProblem(value, path, schemaProblem)
  if (keyword === 'dependentRequired') return mapProblem(value, path, namesProblem)
  if (keyword === 'dependencies') {
    return mapProblem(value, path, (item, at) =>
      Array.isArray(item) ? namesProblem(item, at) : schemaProblem(item, at),
    )
  }
  return undefined
}

function listProblem(value: JsonValue, path: Path): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return `${shown(path)} must be a list of at least one schema`
  return firstProblem([...value.entries()], ([index, item]) => schemaProblem(item, [...path, String(index)]))
}

function mapProblem(
  value: JsonValue,
  path: Path,
  problemOf: (item: JsonValue, path: Path) => string | undefined,
): string | undefined {
  if (!isJsonObject(value)) return `${shown(path)} must be an object`
  return firstProblem(Object.entries(value), ([key, item]) => problemOf(item, [...path, key]))
}

function namesProblem(value: JsonValue, path: Path): string | undefined {
  return names.allows(value) ? undefined : `${shown(path)} must ${names.must}`
}

function firstProblem<Item>(items: readonly Item[], problemOf: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item)
    if (problem !== undefined) return problem
  }
  return undefined
}

function shown(path: Path): string {
  return path.length === 0 ? 'it' : `"${path.join('.')}"`
}
