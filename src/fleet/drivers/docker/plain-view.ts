import { json } from 'node:stream/consumers'
import { askEngine, type PlainTarget } from '../engine-http.ts'
import type { EngineView } from './engine-view.ts'
import { textOf } from './run-inside.ts'

/** For an answer that is only read off. */
const limitMs = 10_000

/** The view of an engine that is asked by hand. */
export function plainView(target: PlainTarget): EngineView {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const response = await askEngine(target, { path, body, signal: AbortSignal.timeout(limitMs) })
    return (await json(response)) as T
  }
  return {
    get: (path, query) => ask(query ? `${path}?${new URLSearchParams(query)}` : path),
    inside: (id) => async (command, signal) => {
      const wish = { Cmd: command, AttachStdout: true }
      const { Id } = await ask<{ Id: string }>(`/containers/${id}/exec`, wish)
      const path = `/exec/${Id}/start`
      const output = await textOf(await askEngine(target, { path, body: { Detach: false, Tty: false }, signal }))
      if (output !== '') return { output, exitCode: 0 }
      const { ExitCode } = await ask<{ ExitCode: number | null }>(`/exec/${Id}/json`)
      return { output, exitCode: ExitCode ?? undefined }
    },
  }
}
