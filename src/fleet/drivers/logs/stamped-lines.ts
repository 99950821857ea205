import type { Frame } from '../frames.ts'
import type { LogLine, LogStream } from './log-line.ts'
import { momentFrom } from './moments.ts'

/** A line and when it began. */
export interface StampedLine extends Pick<LogLine, 'moment' | 'stream' | 'text'> {
  /** False for what a worker has begun and not ended when the log was at its end. */
  readonly isWhole: boolean
}

interface Begun {
  moment: string
  pieces: Buffer[]
  bytes: number
}

/** A line that never ends must not fill the memory. */
const longestBytes = 1_024 ** 2
const lineFeed = 0x0a

/** Puts lines together. The engine cuts long ones (at 16 KiB), and puts the time in front of each piece. */
export async function* stampedLines(frames: AsyncIterable<Frame>): AsyncGenerator<StampedLine, void, void> {
  const begun = new Map<LogStream, Begun>()
  for await (const { stream, data } of frames) {
    const { moment, piece } = splitStamp(data)
    const line = begun.get(stream) ?? { moment, pieces: [], bytes: 0 }
    begun.set(stream, line)
    line.pieces.push(piece)
    line.bytes += piece.length
    if (piece.at(-1) !== lineFeed && line.bytes < longestBytes) continue
    begun.delete(stream)
    yield lineFrom(stream, line, true)
  }
  for (const [stream, line] of begun) yield lineFrom(stream, line, false)
}

function splitStamp(data: Buffer): { moment: string; piece: Buffer } {
  const end = data.indexOf(0x20)
  const moment = end === -1 ? undefined : momentFrom(data.toString('latin1', 0, end))
  // Every engine was asked to say the time, and says it.
  return moment === undefined ? { moment: beginning, piece: data } : { moment, piece: data.subarray(end + 1) }
}

const beginning = '1970-01-01T00:00:00.000000000Z'

function lineFrom(stream: LogStream, { moment, pieces }: Begun, isWhole: boolean): StampedLine {
  return {
    moment,
    stream,
    text: Buffer.concat(pieces)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
    isWhole,
  }
}
