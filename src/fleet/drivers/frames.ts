import { BackendError } from '../errors.ts'
import type { LogStream } from './logs/log-line.ts'

/** A piece of what a container wrote, as the engine passes it on. */
export interface Frame {
  readonly stream: LogStream
  readonly data: Buffer
}

const headerBytes = 8
/** The engine's own message about a log that it cannot go on with. */
const systemError = 3

/**
 * The pieces in an engine's stream: each has eight bytes in front of it, which stream and how long. Read here and not by dockerode,
 * whose reader takes all that comes at once: a log of gigabytes has to wait for its reader.
 */
export async function* framesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame, void, void> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let length = lengthOf(data); length !== undefined; length = lengthOf(data)) {
      yield frameFrom(data, length)
      data = data.subarray(headerBytes + length)
    }
    rest = data
  }
}

/** How long the first piece is, where all of it is there. */
function lengthOf(data: Buffer): number | undefined {
  if (data.length < headerBytes) return undefined
  const length = data.readUInt32BE(4)
  return data.length < headerBytes + length ? undefined : length
}

function frameFrom(data: Buffer, length: number): Frame {
  const kind = data[0] ?? 0
  const piece = data.subarray(headerBytes, headerBytes + length)
  if (kind === systemError) throw new BackendError(`The Docker engine cannot read a log any further: ${piece}`)
  if (kind > systemError)
    throw new BackendError('A log is not in the form in which the Docker engine sends those of workers')
  return { stream: kind === 2 ? 'stderr' : 'stdout', data: piece }
}
