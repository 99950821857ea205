import { describe, expect, it } from 'vitest'
import { pastMoment } from '../../src/settings/fleet-kinds.ts'

describe('a moment of the past', () => {
  it.each([
    ['10m', { agoMs: 600_000 }],
    ['2026-01-31T12:00:00Z', { atMs: Date.UTC(2026, 0, 31, 12) }],
    ['2026-01-31T12:00:00.5+02:00', { atMs: Date.UTC(2026, 0, 31, 10, 0, 0, 500) }],
    ['2026-01-31T12:00:00.123456789Z', { atMs: Date.UTC(2026, 0, 31, 12, 0, 0, 123) }],
    ['2026-01-31T12:00', { atMs: new Date(2026, 0, 31, 12).getTime() }],
    ['2026-01-31', { atMs: new Date(2026, 0, 31).getTime() }],
  ])('%s', (text, moment) => {
    expect(pastMoment.parse(text)).toEqual(moment)
    expect(pastMoment.parse(`${pastMoment.format?.(moment)}`)).toEqual(moment)
  })

  it.each(['yesterday', '10', '2026', '2026-13-01', '1769860800', '2026-01-31 12:00', '1969-12-31T00:00:00Z', ''])(
    '"%s" is none',
    (text) => expect(() => pastMoment.parse(text)).toThrow(`"${text}" is neither a time nor a duration`),
  )
})
