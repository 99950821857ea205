import type { Container } from 'dockerode'
import { framesOf } from '../frames.ts'

/** What a program inside a container came to. */
interface InsideResult {
  /** What it printed on stdout. */
  readonly output: string
  /** Undefined where the container ended before it. */
  readonly exitCode: number | undefined
}

/**
 * Runs a program inside a running container, as the user that the container begins as. To name another the engine would have to read
 * the container's own list of users, and one that was killed while the container began can never do that again.
 */
export type RunInside = (command: readonly string[], signal: AbortSignal) => Promise<InsideResult>

/** Runs programs inside a container through dockerode. */
export function insideContainer(container: Container): RunInside {
  return async (command, signal) => {
    const exec = await container.exec({ Cmd: [...command], AttachStdout: true, abortSignal: signal })
    const stream = await exec.start({ abortSignal: signal })
    const stop = () => stream.destroy()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const output = await textOf(stream)
      signal.throwIfAborted()
      if (output !== '') return { output, exitCode: 0 }
      const { ExitCode } = await exec.inspect({ abortSignal: signal })
      return { output, exitCode: ExitCode ?? undefined }
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** All that a stream of the engine's frames holds. One that was broken off holds what came until then. */
export async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const pieces: Buffer[] = []
  try {
    for await (const { data } of framesOf(stream as AsyncIterable<Buffer>)) pieces.push(data)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
  return Buffer.concat(pieces).toString('utf8')
}
