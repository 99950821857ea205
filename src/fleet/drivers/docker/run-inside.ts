import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Container, Exec } from 'dockerode'

/** What a program inside a container came to. */
export interface InsideResult {
  readonly output: string
  /** Undefined where the container ended before it. */
  readonly exitCode: number | undefined
}

/** Runs a program inside a running container, as a user of it, and gathers what it prints on stdout. */
export async function runInside(
  container: Container,
  { command, user }: { readonly command: readonly string[]; readonly user: string },
  signal: AbortSignal,
): Promise<InsideResult> {
  const exec = await container.exec({
    Cmd: [...command],
    User: user,
    AttachStdout: true,
    AttachStderr: false,
    abortSignal: signal,
  })
  const output = await outputOf(exec, container, signal)
  if (output !== '') return { output, exitCode: 0 }
  const { ExitCode } = await exec.inspect({ abortSignal: signal })
  return { output, exitCode: ExitCode ?? undefined }
}

async function outputOf(exec: Exec, container: Container, signal: AbortSignal): Promise<string> {
  const stream = await exec.start({ abortSignal: signal })
  const out = new PassThrough()
  container.modem.demuxStream(stream, out, out)
  const close = () => out.end()
  stream.once('end', close).once('close', close).once('error', close)
  const stop = () => stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const read = await text(out)
    signal.throwIfAborted()
    return read
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
