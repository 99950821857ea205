import type Dockerode from 'dockerode'
import { engineErrorFrom } from '../engine-errors.ts'
import { framesOf } from '../frames.ts'
import type { LogLine, LogSource } from './log-line.ts'
import type { LogPlace } from './log-place.ts'
import { secondsFrom } from './moments.ts'
import { stampedLines } from './stamped-lines.ts'

/** How a container's log is read. */
export interface Reading {
  readonly engine: Dockerode
  readonly source: LogSource
  readonly place: LogPlace
  /** Until the container ends; else until the end of what is there. */
  readonly follow: boolean
  /** What was begun and not ended is a line too. */
  readonly partsToo: boolean
}

/** A container's lines from a place on. A container that is gone has none. Ends when the signal aborts. */
export async function* containerLog(reading: Reading, signal: AbortSignal): AsyncGenerator<LogLine, void, void> {
  const { source, place } = reading
  try {
    const chunks = await openLog(reading, signal)
    if (!chunks) return
    for await (const line of place.unread(stampedLines(framesOf(chunks)), reading)) {
      const { moment, stream, text } = line
      yield { source, moment, stream, text }
    }
  } catch (error) {
    if (!signal.aborted) throw engineErrorFrom(error, `read the log of ${source.worker}`)
  }
}

/** As a stream in any case: dockerode would put the whole of a log into memory. Undefined where the container is gone. */
async function openLog(
  { engine, source, place, follow }: Reading,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<Buffer> | undefined> {
  const options = { stdout: true, stderr: true, timestamps: true, follow, since: secondsFrom(place.moment) }
  return await new Promise((resolve, reject) => {
    engine.modem.dial(
      {
        path: `/containers/${source.container}/logs?`,
        method: 'GET',
        isStream: true,
        options,
        abortSignal,
        statusCodes: { 200: true, 404: 'no such container', 409: 'being removed', 500: 'server error' },
      },
      (error: (Error & { statusCode?: number }) | null, chunks: unknown) => {
        if (!error) resolve(chunks as AsyncIterable<Buffer>)
        else if (error.statusCode === 404 || error.statusCode === 409) resolve(undefined)
        else reject(error)
      },
    )
  })
}
