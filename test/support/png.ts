import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

/** A picture of noise as base64, which takes about three bytes a pixel: noise cannot be packed. */
export function noisePng(width: number, height: number): string {
  return pngOf(width, height, () => randomBytes(width * 3))
}

/** A black picture as base64, which takes next to nothing. */
export function plainPng(width: number, height: number): string {
  return pngOf(width, height, () => Buffer.alloc(width * 3))
}

function pngOf(width: number, height: number, row: () => Buffer): string {
  const rows = Array.from({ length: height }, () => Buffer.concat([Buffer.of(0), row()]))
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits a colour, three colours.
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([signature, ...chunks]).toString('base64')
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
