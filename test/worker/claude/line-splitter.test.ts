import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../../src/worker/claude/line-splitter.ts'

/** The bytes of a text, cut at these places. */
function pieces(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

function linesOf(chunks: readonly Buffer[], splitter = new LineSplitter()): string[] {
  return chunks.flatMap((chunk) => splitter.push(chunk))
}

const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '))

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut, also in the middle of a character', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
        const text = lines.map((each) => `${each}\n`).join('')
        expect(linesOf(pieces(text, cuts))).toEqual(lines.filter((each) => each !== ''))
      }),
    )
  })

  it('holds a line that has not ended, and says how many bytes it has', () => {
    fc.assert(
      fc.property(line, line, fc.array(fc.nat()), (whole, begun, cuts) => {
        const splitter = new LineSplitter()
        expect(linesOf(pieces(`${whole}\n${begun}`, cuts), splitter)).toEqual(whole === '' ? [] : [whole])
        expect(splitter.pendingBytes).toBe(Buffer.byteLength(begun))
        expect(splitter.push(Buffer.from('\n'))).toEqual(begun === '' ? [] : [begun])
        expect(splitter.pendingBytes).toBe(0)
      }),
    )
  })

  it('keeps a carriage return and other kinds of line ends within the line', () => {
    expect(linesOf([Buffer.from('a\r\nb\u2028c\u0085d\n')])).toEqual(['a\r', 'b\u2028c\u0085d'])
  })

  it('puts a line of many megabytes together from small pieces, looking at each byte once', () => {
    const piece = Buffer.from('x'.repeat(1_000))
    const splitter = new LineSplitter()
    for (let sent = 0; sent < 20_000; sent++) splitter.push(piece)
    expect(splitter.pendingBytes).toBe(20_000_000)
    expect(splitter.push(Buffer.from('\n'))[0]?.length).toBe(20_000_000)
  })
})
