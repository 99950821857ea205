import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageSize } from '../../../../src/worker/claude/image-size.ts'
import { noisePng } from '../../../support/png.ts'
import { tinyPng } from '../../../support/tiny-png.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(...part))),
  ).toString('base64')

describe('the size of an image', () => {
  it.each([
    ['a PNG', noisePng(30, 7), [30, 7]],
    ['the smallest PNG', tinyPng, [1, 1]],
    ['a GIF', bytes('GIF89a', [0x2c, 0x01, 0x07, 0x00]), [300, 7]],
    [
      'a JPEG with other segments before its frame',
      bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 2, 0xff, 0xc2, 0, 17, 8, 0x01, 0x2c, 0x02, 0x58]),
      [600, 300],
    ],
    ['a lossy WebP', bytes('RIFF....WEBPVP8 ....', [0, 0, 0, 0x9d, 1, 0x2a, 0x2c, 0x41, 0x07, 0x40]), [300, 7]],
    ['a lossless WebP', bytes('RIFF....WEBPVP8L....', [0x2f, 0x2b, 0x81, 0x01, 0x00]), [300, 7]],
    ['an extended WebP', bytes('RIFF....WEBPVP8X....', [0, 0, 0, 0, 0x2b, 0x01, 0, 6, 0, 0]), [300, 7]],
  ])('of %s is read', (_what, base64, [width, height]) => {
    expect(imageSize(base64)).toEqual({ width, height })
  })

  it.each([
    ['nothing', ''],
    ['another kind of file', bytes('%PDF-1.7 and so on')],
    ['a PNG that is cut off', tinyPng.slice(0, 20)],
    ['a JPEG without a frame', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xd9, 0, 2])],
    ['a JPEG that is cut off', bytes([0xff, 0xd8, 0xff, 0xe0, 0])],
    ['an unknown WebP', bytes('RIFF....WEBPVP9 ............')],
  ])('of %s is not known', (_what, base64) => {
    expect(imageSize(base64)).toBeUndefined()
  })

  it('is looked for in any bytes without failing', () => {
    const beginnings = fc.constantFrom('\x89PNG', 'GIF8', 'RIFF....WEBPVP8X', 'RIFF....WEBPVP8L', '\xff\xd8\xff', '')
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 40 }), (beginning, rest) => {
        const size = imageSize(bytes(beginning, [...rest]))
        if (size) expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
