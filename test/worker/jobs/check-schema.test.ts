import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/worker/claude/turn.ts'
import { checkSchema } from '../../../src/worker/jobs/check-schema.ts'
import { InvalidJobError } from '../../../src/worker/jobs/invalid-job.ts'
import { badSchemas, goodSchemas, poisonousSchemas } from './schemas.ts'

const refusal = (problem: string) =>
  new InvalidJobError(`The parameters of the tool "get_weather" are no usable JSON Schema: ${problem}.`)

describe('schemas of tools', () => {
  it.each(goodSchemas)('offers as it is: $title', ({ schema }) => {
    expect(checkSchema(schema, 'get_weather')).toEqual(schema)
  })

  it.each([...badSchemas, ...poisonousSchemas])('refuses $title', ({ schema, problem }) => {
    expect(() => checkSchema(schema, 'get_weather')).toThrow(refusal(problem))
  })

  it.each([
    ['a missing schema', undefined, { type: 'object', properties: {} }],
    ['null', null, { type: 'object', properties: {} }],
    ['an empty one', {}, { type: 'object', properties: {} }],
    ['a missing type', { properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
    ['a missing type beside a list', { properties: {}, enum: [{}] }, { type: 'object', properties: {}, enum: [{}] }],
    ['object or null', { type: ['object', 'null'] }, { type: 'object' }],
    ['nulls at the top', { type: 'object', properties: null, required: null, title: null }, { type: 'object' }],
    ['a default of null', { type: 'object', default: null }, { type: 'object', default: null }],
  ])('puts right: %s', (_, given, offered) => {
    expect(checkSchema(given, 'get_weather')).toEqual(offered)
  })

  it.each([
    ['a text', 'string'],
    ['a list', []],
    ['true', true],
  ])('refuses %s in place of a schema', (_, given) => {
    expect(() => checkSchema(given, 'get_weather')).toThrow(refusal('it must be a JSON Schema, that is an object'))
  })

  it('refuses a schema that would exhaust the stack', () => {
    let schema: JsonObject = {}
    for (let depth = 0; depth < 20_000; depth += 1) schema = { items: schema }
    expect(() => checkSchema({ type: 'object', ...schema }, 'get_weather')).toThrow(
      refusal('it is nested more than 200 levels deep'),
    )
  })

  it('does not change what the caller sent', () => {
    const given = Object.freeze({ required: null, properties: Object.freeze({}) })
    expect(checkSchema(given, 'get_weather')).toEqual({ type: 'object', properties: {} })
  })
})
