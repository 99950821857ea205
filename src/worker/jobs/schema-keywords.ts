import type { JsonObject, JsonValue } from '../claude/turn.ts'

/** What the value of a JSON Schema keyword has to be: a test, and the words for it. */
export interface KeywordRule {
  readonly must: string
  readonly allows: (value: JsonValue) => boolean
}

const typeNames: ReadonlySet<JsonValue> = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'])

const text: KeywordRule = { must: 'be a text', allows: (value) => typeof value === 'string' }
const yesNo: KeywordRule = { must: 'be true or false', allows: (value) => typeof value === 'boolean' }
const list: KeywordRule = { must: 'be a list', allows: (value) => Array.isArray(value) }
const number: KeywordRule = { must: 'be a number', allows: (value) => typeof value === 'number' }
const positive: KeywordRule = {
  must: 'be a number above 0',
  allows: (value) => typeof value === 'number' && value > 0,
}
const count: KeywordRule = {
  must: 'be a whole number from 0 up',
  allows: (value) => Number.isInteger(value) && Number(value) >= 0,
}
const anchor: KeywordRule = {
  must: 'be a plain name',
  allows: (value) => typeof value === 'string' && /^[A-Za-z_][-\w.]*$/.test(value),
}
const identifier: KeywordRule = {
  must: 'be an address without a fragment',
  allows: (value) => typeof value === 'string' && /^[^#]*#?$/.test(value),
}
const vocabulary: KeywordRule = {
  must: 'be an object of true and false',
  allows: (value) => isJsonObject(value) && Object.values(value).every((item) => typeof item === 'boolean'),
}
const type: KeywordRule = {
  must: 'name JSON types',
  allows: (value) => typeNames.has(value) || (isListOfUnique(value, (item) => typeNames.has(item)) && value.length > 0),
}

/** A list of texts, none of them twice. */
export const names: KeywordRule = {
  must: 'be a list of different texts',
  allows: (value) => isListOfUnique(value, (item) => typeof item === 'string'),
}

/** The keywords of draft 2020-12 that hold plain values; those that hold schemas are walked into. */
export const valueKeywords: ReadonlyMap<string, KeywordRule> = new Map([
  ...rules(text, ['$schema', '$ref', '$dynamicRef', '$recursiveRef', '$comment', 'title', 'description']),
  ...rules(text, ['format', 'pattern', 'contentMediaType', 'contentEncoding']),
  ...rules(yesNo, ['uniqueItems', 'deprecated', 'readOnly', 'writeOnly']),
  ...rules(number, ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']),
  ...rules(positive, ['multipleOf']),
  ...rules(count, ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']),
  ...rules(count, ['minContains', 'maxContains']),
  ...rules(list, ['enum', 'examples']),
  ...rules(names, ['required']),
  ...rules(type, ['type']),
  ...rules(vocabulary, ['$vocabulary']),
  ...rules(identifier, ['$id']),
  ...rules(anchor, ['$anchor', '$dynamicAnchor', '$recursiveAnchor']),
])

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rules(rule: KeywordRule, keywords: readonly string[]): [string, KeywordRule][] {
  return keywords.map((keyword) => [keyword, rule])
}

function isListOfUnique(value: JsonValue, isItem: (item: JsonValue) => boolean): value is JsonValue[] {
  return Array.isArray(value) && value.every(isItem) && new Set(value).size === value.length
}
