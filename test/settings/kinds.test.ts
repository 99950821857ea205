import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choice, duration, integer, moment, onOff, tools } from '../../src/settings/kinds.ts'
import { formatDuration } from '../../src/shared/duration.ts'

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    [' 5s ', 5_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(duration().parse(text)).toBe(ms))

  it.each(['5', '', 's', '5 s', '-1s', '1e3s', '5sec', '1m30s', 'Infinitys'])('"%s" is none', (text) => {
    expect(() => duration().parse(text)).toThrow(`"${text}" is no duration`)
  })

  it('have limits that are said in words', () => {
    expect(() => duration({ min: 100 }).parse('99ms')).toThrow('"99ms" is shorter than 100ms')
    expect(() => duration({ max: 60_000 }).parse('2m')).toThrow('"2m" is longer than 1m 0s')
  })

  it('of whole milliseconds are read back as they were', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 999 }), (ms) => duration().parse(formatDuration(ms)) === ms))
  })
})

describe('moments', () => {
  it.each([
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T12:00', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:30.5Z', '2027-01-31T12:00:30.500Z'],
    [' 2027-01-31T12:00:00+02:00 ', '2027-01-31T10:00:00.000Z'],
  ])('%s is %s, and is read back as it was', (text, written) => {
    const atMs = moment.parse(text)
    expect(moment.format?.(atMs)).toBe(written)
    expect(moment.parse(written)).toBe(atMs)
  })

  it.each(['', 'tomorrow', '2027', '31.1.2027', '2027-13-01', '2027-02-31', '2027-01-31 12:00', '1969-01-01', '90d'])(
    '"%s" is none',
    (text) => {
      expect(() => moment.parse(text)).toThrow(`"${text}" is no time`)
    },
  )
})

describe('whole numbers', () => {
  it.each(['1.5', '-1', '0x10', '1e3', '', 'many'])('"%s" is none', (text) => {
    expect(() => integer({ min: 0, max: 9 }).parse(text)).toThrow(`"${text}" is no whole number`)
  })

  it('reads every number between its limits and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (number) => {
        const read = () => integer({ min: 10, max: 500 }).parse(String(number))
        if (number >= 10 && number <= 500) expect(read()).toBe(number)
        else expect(read).toThrow('is not between 10 and 500')
      }),
    )
  })
})

describe('tools', () => {
  it.each([
    ['none', []],
    ['None', []],
    ['All', 'all'],
    ['default', 'all'],
    ['Bash', ['Bash']],
    ['Bash, Read,,Grep Bash', ['Bash', 'Read', 'Grep']],
    ['mcp__files__read', ['mcp__files__read']],
  ])('"%s"', (text, value) => expect(tools.parse(text)).toEqual(value))

  it.each(['Bash(git:*)', 'Bash,all', 'none,Read', '-x', '*'])('"%s" is refused', (text) => {
    expect(() => tools.parse(text)).toThrow('is no tool name')
  })
})

describe('switches and choices', () => {
  it.each(['1', 'true', 'YES', 'on'])('"%s" is on', (text) => expect(onOff.parse(text)).toBe(true))
  it.each(['0', 'False', 'no', 'off'])('"%s" is off', (text) => expect(onOff.parse(text)).toBe(false))
  it('"maybe" is neither', () => expect(() => onOff.parse('maybe')).toThrow('"maybe" is neither true nor false'))
  it('a choice knows its words in any case', () => expect(choice(['exit', 'hold']).parse(' Hold ')).toBe('hold'))
})

it('a long value is not repeated in full', () => {
  expect(() => duration().parse('x'.repeat(500))).toThrow(`"${'x'.repeat(60)}…" is no duration`)
})
