import { addAbortSignal, type Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { engineErrorFrom } from '../drivers/engine-errors.ts'
import type { RegistryLogin } from '../registry/registry-login.ts'
import { engineEvents } from './engine-events.ts'

/** What is to be fetched. */
export interface ImagePull {
  readonly name: string
  readonly login: RegistryLogin | undefined
  readonly onLayers: (layers: PulledLayers) => void
  readonly signal: AbortSignal
}

/** How many of an image's layers are there, of those that are known by now. */
export interface PulledLayers {
  readonly done: number
  readonly total: number
}

/** One event of a pull, as the engine sends it. */
interface PullEvent {
  readonly id?: string
  readonly status?: string
  readonly error?: string
}

/** Fetches an image from its registry. @throws BackendError with what the registry or the engine says */
export async function pullImage(docker: Dockerode, { name, login, onLayers, signal }: ImagePull): Promise<void> {
  const layers = new Map<string, boolean>()
  try {
    const options = { ...(login && { authconfig: login }), abortSignal: signal }
    const events = addAbortSignal(signal, (await docker.pull(name, options)) as Readable)
    for await (const { id, status = '', error } of engineEvents<PullEvent>(events)) {
      // A pull that failed half-way tells so in an event, and nowhere else.
      if (error !== undefined) throw new Error(error)
      const isDone = /^(?:Pull complete|Already exists)$/.test(status)
      if (id === undefined || !(isDone || status === 'Pulling fs layer')) continue
      layers.set(id, isDone)
      onLayers({ done: [...layers.values()].filter(Boolean).length, total: layers.size })
    }
  } catch (error) {
    signal.throwIfAborted()
    throw engineErrorFrom(error, `fetch the image ${name}`)
  }
}
