import type { JsonObject, JsonValue } from '../../../src/worker/claude/turn.ts'

/** A schema and what is said against it; undefined where it is offered. */
export interface SchemaCase {
  readonly title: string
  readonly schema: JsonObject
  readonly problem?: string
}

const wrongType = { type: 'nonsense' }

/** Parameter `p` of an object with this schema. */
function p(schema: JsonValue): JsonObject {
  return { type: 'object', properties: { p: schema } }
}

function top(rest: JsonObject): JsonObject {
  return { type: 'object', ...rest }
}

/** What is offered as it is. */
export const goodSchemas: readonly SchemaCase[] = [
  ['no properties', top({})],
  ['a property of any kind', p(true)],
  ['a property that is never right', p(false)],
  ['a const of null', p({ const: null })],
  ['a default of null', p({ default: null })],
  ['an empty enum', p({ enum: [] })],
  ['an enum that repeats', p({ enum: ['a', 'a'] })],
  ['a format nobody knows', p({ type: 'string', format: 'weird' })],
  ['a pattern that is no expression', p({ type: 'string', pattern: '[' })],
  ['a reference to nowhere', p({ $ref: '#/nowhere' })],
  ['a reference abroad', p({ $ref: 'https://schemas.invalid/a' })],
  ['a keyword nobody knows', p({ type: 'string', nullable: true, foo: 1 })],
  ['dependencies of an older draft', p({ type: 'object', dependencies: { a: ['b'], c: {} } })],
  ['several types', p({ type: ['string', 'null'] })],
  ['items of several kinds', p({ type: 'array', prefixItems: [{ type: 'string' }], items: false })],
  ['a large count', p({ minLength: 1e20 })],
  ['an anchor', p({ $anchor: 'a-b.c' })],
  ['definitions', top({ $defs: { a: { type: 'string' } }, properties: { p: { $ref: '#/$defs/a' } } })],
  ['alternatives at the top', top({ anyOf: [{ required: ['a'] }, { required: ['b'] }], properties: { a: {}, b: {} } })],
  ['a required name that is not described', top({ required: ['zz'] })],
  ['a parameter name of 64 characters', top({ properties: { ['x'.repeat(64)]: {} } })],
  ['a parameter name with every character allowed', top({ properties: { 'aZ0_.-': {} } })],
  ['a parameter name with a space in an alternative', top({ anyOf: [{ properties: { 'a b': {} } }] })],
  ['odd names further down', p({ type: 'object', properties: { 'a b': {} } })],
  ['names of the language', top({ properties: { constructor: { type: 'string' }, toString: {} } })],
  ['an older dialect by its name', top({ $schema: 'http://json-schema.org/draft-07/schema#', ...p(wrongType) })],
  ['the current dialect by its name', top({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...p({}) })],
].map(([title, schema]) => ({ title: title as string, schema: schema as JsonObject }))

/** What Claude Code drops without a word, so that it has to be refused. */
export const badSchemas: readonly Required<SchemaCase>[] = [
  ['required as a flag', p({ required: true }), '"properties.p.required" must be a list of different texts'],
  ['required as one name', p({ required: 'a' }), '"properties.p.required" must be a list of different texts'],
  ['required twice', p({ required: ['a', 'a'] }), '"properties.p.required" must be a list of different texts'],
  ['required twice at the top', top({ required: ['a', 'a'] }), '"required" must be a list of different texts'],
  ['an exclusive limit as a flag', p({ exclusiveMinimum: true }), '"properties.p.exclusiveMinimum" must be a number'],
  ['a limit as a text', p({ maximum: '1' }), '"properties.p.maximum" must be a number'],
  ['a list of items', p({ items: [{}] }), '"properties.p.items" must be a schema, that is an object'],
  ['a type nobody knows', p({ type: 'any' }), '"properties.p.type" must name JSON types'],
  ['a type in capitals', p({ type: 'Object' }), '"properties.p.type" must name JSON types'],
  ['no type at all', p({ type: [] }), '"properties.p.type" must name JSON types'],
  ['a type twice', p({ type: ['string', 'string'] }), '"properties.p.type" must name JSON types'],
  ['a type of null', p({ type: null }), '"properties.p.type" must name JSON types'],
  ['a negative count', p({ minLength: -1 }), '"properties.p.minLength" must be a whole number from 0 up'],
  ['a broken count', p({ maxItems: 1.5 }), '"properties.p.maxItems" must be a whole number from 0 up'],
  ['a count as a text', p({ minContains: '1' }), '"properties.p.minContains" must be a whole number from 0 up'],
  ['a multiple of nothing', p({ multipleOf: 0 }), '"properties.p.multipleOf" must be a number above 0'],
  ['a description that is none', p({ description: 5 }), '"properties.p.description" must be a text'],
  ['a title of null', p({ title: null }), '"properties.p.title" must be a text'],
  ['a description at the top', top({ description: 5 }), '"description" must be a text'],
  ['a format that is none', p({ format: 5 }), '"properties.p.format" must be a text'],
  ['a reference that is none', p({ $ref: 5 }), '"properties.p.$ref" must be a text'],
  ['a yes that is none', p({ uniqueItems: 'x' }), '"properties.p.uniqueItems" must be true or false'],
  ['an enum that is none', p({ enum: {} }), '"properties.p.enum" must be a list'],
  ['an enum of null', p({ enum: null }), '"properties.p.enum" must be a list'],
  ['examples that are none', p({ examples: 5 }), '"properties.p.examples" must be a list'],
  ['an anchor with a space', p({ $anchor: '1 2' }), '"properties.p.$anchor" must be a plain name'],
  ['an id with a fragment', top({ $id: 'http://a/b#c' }), '"$id" must be an address without a fragment'],
  [
    'a vocabulary that is none',
    p({ $vocabulary: 5 }),
    '"properties.p.$vocabulary" must be an object of true and false',
  ],
  ['properties of null further down', p({ properties: null }), '"properties.p.properties" must be an object'],
  ['properties as a list further down', p({ properties: [] }), '"properties.p.properties" must be an object'],
  ['a property as a text', p('string'), '"properties.p" must be a schema, that is an object'],
  ['a property as a list', p([]), '"properties.p" must be a schema, that is an object'],
  ['a property of null', p(null), '"properties.p" must be a schema, that is an object'],
  ['no alternative', p({ anyOf: [] }), '"properties.p.anyOf" must be a list of at least one schema'],
  ['alternatives that are none', top({ oneOf: 'x' }), '"oneOf" must be a list of at least one schema'],
  ['a wrong not', p({ not: 5 }), '"properties.p.not" must be a schema, that is an object'],
  ['a wrong not at the top', top({ not: wrongType }), '"not.type" must name JSON types'],
  ['a wrong definition', top({ $defs: { a: 5 } }), '"$defs.a" must be a schema, that is an object'],
  [
    'wrong further properties',
    top({ additionalProperties: 5 }),
    '"additionalProperties" must be a schema, that is an object',
  ],
  [
    'wrong dependent names',
    p({ dependentRequired: { a: 'b' } }),
    '"properties.p.dependentRequired.a" must be a list of different texts',
  ],
  [
    'wrong dependencies',
    p({ dependencies: { a: [5] } }),
    '"properties.p.dependencies.a" must be a list of different texts',
  ],
  [
    'a fault deep down',
    p({ type: 'array', items: { anyOf: [p(wrongType)] } }),
    '"properties.p.items.anyOf.0.properties.p.type" must name JSON types',
  ],
  ['a fault in an alternative', top({ anyOf: [p(wrongType)] }), '"anyOf.0.properties.p.type" must name JSON types'],
  [
    'a fault under the named dialect',
    top({ $schema: 'https://json-schema.org/draft/2020-12/schema#', ...p(wrongType) }),
    '"properties.p.type" must name JSON types',
  ],
  [
    'a fault under an older dialect further down',
    p({ $schema: 'http://json-schema.org/draft-07/schema#', ...wrongType }),
    '"properties.p.type" must name JSON types',
  ],
  ['a parameter name with a space', top({ properties: { 'a b': {} } }), parameterName('a b')],
  ['an empty parameter name', top({ properties: { '': {} } }), parameterName('')],
  ['a parameter name of 65 characters', top({ properties: { ['x'.repeat(65)]: {} } }), parameterName('x'.repeat(65))],
  ['a parameter name with a dollar', top({ properties: { $a: {} } }), parameterName('$a')],
  ['a parameter name in other letters', top({ properties: { ü: {} } }), parameterName('ü')],
  [
    'a parameter name under an older dialect',
    top({ $schema: 'http://json-schema.org/draft-07/schema#', properties: { 'a b': {} } }),
    parameterName('a b'),
  ],
].map(([title, schema, problem]) => ({
  title: title as string,
  schema: schema as JsonObject,
  problem: problem as string,
}))

function parameterName(name: string): string {
  return `the parameter name ${JSON.stringify(name)} must be 1 to 64 letters, digits, "_", "." or "-"`
}

/** What makes Claude Code drop all tools of the turn. */
export const poisonousSchemas: readonly Required<SchemaCase>[] = [
  { title: 'another type', schema: { type: 'array' }, problem: '"type" must be "object"' },
  { title: 'several other types', schema: { type: ['string', 'null'] }, problem: '"type" must be "object"' },
  { title: 'a list of values', schema: { enum: ['a'] }, problem: '"type" must be "object"' },
  { title: 'properties as a list', schema: top({ properties: [] }), problem: '"properties" must be an object' },
  { title: 'required as a flag', schema: top({ required: true }), problem: '"required" must be a list of texts' },
  { title: 'required numbers', schema: top({ required: [1] }), problem: '"required" must be a list of texts' },
]
