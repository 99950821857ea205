import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { messageOf } from '../../shared/errors.ts'
import { auxotVersion } from '../../shared/version.ts'
import { BackendError } from '../errors.ts'
import { buildContext } from './build-context.ts'
import { type BuildEvent, BuildProgress, type BuildStep } from './build-progress.ts'

/** What is to be built. */
export interface ImageBuild {
  readonly name: string
  /** Arguments of the Dockerfile. They stay in the image's history, except for the proxies that Docker knows by name. */
  readonly buildArgs: Readonly<Record<string, string>>
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
  readonly onStep: (step: BuildStep) => void
  readonly signal: AbortSignal
}

/** Builds the image of this auxot's workers. @returns its id. @throws BackendError with the failing step and the end of its output. */
export async function buildImage(docker: Dockerode, build: ImageBuild): Promise<string> {
  const context = await buildContext({ ca: build.ca })
  const progress = new BuildProgress(build.onStep)
  try {
    const events = await docker.buildImage(Readable.from([context]), {
      t: build.name,
      dockerfile: 'docker/Dockerfile',
      buildargs: { AUXOT_VERSION: auxotVersion(), ...build.buildArgs },
      forcerm: true,
      abortSignal: build.signal,
    })
    await follow(events, progress)
  } catch (error) {
    build.signal.throwIfAborted()
    throw failed(progress.failure ?? messageOf(error), error)
  }
  if (progress.failure !== undefined) throw failed(progress.failure)
  if (progress.imageId === undefined) throw failed('the engine did not say what came of it')
  return progress.imageId
}

/** A failed build is an event like the others here, not an error of the connection. */
async function follow(events: NodeJS.ReadableStream, progress: BuildProgress): Promise<void> {
  for await (const line of createInterface({ input: events, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') progress.take(JSON.parse(line) as BuildEvent)
  }
}

function failed(reason: string, cause?: unknown): BackendError {
  return new BackendError(`The image could not be built: ${reason}`, { code: 'BUILD_FAILED', cause })
}
