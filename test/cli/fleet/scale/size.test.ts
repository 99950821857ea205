import { describe, expect, it } from 'vitest'
import { parseSize, wantedFrom } from '../../../../src/cli/fleet/scale/size.ts'

describe('the size of a fleet', () => {
  it.each([
    ['5', 3, 5],
    ['0', 3, 0],
    [' 2 ', 3, 2],
    ['+2', 3, 5],
    ['-1', 3, 2],
    ['-3', 3, 0],
    ['+0', 3, 3],
  ])('%s of %d makes %d', (text, present, wanted) => expect(wantedFrom(parseSize(text), present)).toBe(wanted))

  it.each(['', 'five', '1.5', '1e2', '++1', '+-1', '5workers', '99999', '1001', '٣'])('"%s" is none', (text) => {
    expect(() => parseSize(text)).toThrow(`"${text}" is no size of a fleet`)
  })

  it('is never less than none', () => {
    expect(() => wantedFrom(parseSize('-4'), 3)).toThrow('4 fewer than 3 workers is less than none')
  })
})
