import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/shared/canonical-json.ts'

/** As it comes out of a JSON text: no `-0`, and a key like any other where an object has `__proto__`. */
const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }).map((value) => JSON.parse(JSON.stringify(value)))

describe('canonical JSON', () => {
  it('is equal for equal values and for no others', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(canonicalJson(one) === canonicalJson(other)).toBe(isDeepStrictEqual(one, other))
      }),
    )
  })

  it('does not show the order of keys, at any depth', () => {
    fc.assert(
      fc.property(json, fc.infiniteStream(fc.nat()), (value, order) => {
        expect(canonicalJson(shuffled(value, order))).toBe(canonicalJson(value))
      }),
    )
  })

  it('says everything that the value says', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(value)
      }),
    )
  })

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: true }, { a: 'true' }],
    [{ a: null }, {}],
    [{ a: [] }, { a: {} }],
    [{ a: '' }, { a: null }],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: { b: 1 } }, { 'a.b': 1 }],
    [['a,b'], ['a', 'b']],
    [['a","b'], ['a', 'b']],
    ['\u00e9', 'e\u0301'],
    ['\ud800', '\udfff'],
    ['\ud800', '\ufffd'],
    [JSON.parse('{"__proto__":1}'), {}],
  ])('tells %j and %j apart', (one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other))
  })

  it('takes a member that is undefined for one that is not there', () => {
    expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }))
  })
})

function shuffled(value: unknown, order: Iterator<number>): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => shuffled(each, order))
  const placed = Object.entries(value).map((entry) => ({ entry, place: order.next().value as number }))
  placed.sort((one, other) => one.place - other.place)
  return Object.fromEntries(placed.map(({ entry: [key, member] }) => [key, shuffled(member, order)]))
}
