/** Pixels of an image. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** The size of an image of a type that the model takes, read from its first bytes; undefined where they do not say. */
export function imageSize(base64: string): ImageSize | undefined {
  const bytes = Buffer.from(base64, 'base64')
  const kind = bytes.toString('latin1', 0, 16)
  try {
    if (kind.startsWith('\x89PNG')) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    if (kind.startsWith('GIF8')) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
    if (kind.startsWith('RIFF')) return webpSize(bytes, kind.slice(12))
    return kind.startsWith('\xff\xd8') ? jpegSize(bytes) : undefined
  } catch (error) {
    // The file is shorter than its beginning promises.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** WebP knows three forms, each with its own place and its own counting. */
function webpSize(bytes: Buffer, form: string): ImageSize | undefined {
  if (form === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  if (form === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  if (form !== 'VP8L') return undefined
  const bits = bytes.readUInt32LE(21)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** A JPEG is a row of segments; one of those that begin a frame has the size. */
function jpegSize(bytes: Buffer): ImageSize | undefined {
  for (let at = 2; bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1)
    const beginsFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (beginsFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
  }
  return undefined
}
