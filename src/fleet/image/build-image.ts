import { addAbortSignal, Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { auxotVersion } from '../../shared/version.ts'
import { engineErrorFrom } from '../drivers/engine-errors.ts'
import { BackendError } from '../errors.ts'
import type { RegistryLogin } from '../registry/registry-login.ts'
import { buildContext } from './build-context.ts'
import { buildFailure } from './build-failure.ts'
import { type BuildEvent, BuildProgress, type BuildStep } from './build-progress.ts'
import { engineEvents } from './engine-events.ts'
import { imageFacts } from './image-facts.ts'

/** What is to be built. */
export interface ImageBuild {
  readonly name: string
  /** Arguments of the Dockerfile. They stay in the image's history, except for the proxies that Docker knows by name. */
  readonly buildArgs: Readonly<Record<string, string>>
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
  /** For the registry of the base image. */
  readonly login?: RegistryLogin | undefined
  readonly onStep: (step: BuildStep) => void
  readonly signal: AbortSignal
}

/** Builds the image of this auxot's workers. @returns its id. @throws BackendError with the failing step and the end of its output. */
export async function buildImage(docker: Dockerode, build: ImageBuild): Promise<string> {
  const context = await buildContext({ ca: build.ca })
  const progress = new BuildProgress(build.onStep)
  try {
    const events = (await docker.buildImage(Readable.from([context]), {
      t: build.name,
      dockerfile: 'docker/Dockerfile',
      buildargs: { AUXOT_VERSION: auxotVersion(), ...build.buildArgs },
      forcerm: true,
      ...(build.login && { registryconfig: registryConfig(build.login) }),
      abortSignal: build.signal,
    })) as Readable
    // dockerode hears the signal only until the engine begins to answer.
    addAbortSignal(build.signal, events)
    for await (const event of engineEvents<BuildEvent>(events)) progress.take(event)
  } catch (error) {
    build.signal.throwIfAborted()
    // What the engine said last tells more than that the connection ended.
    if (!progress.failure) throw engineErrorFrom(error, `build the image ${build.name}`)
  }
  if (progress.failure) throw buildFailure(progress.failure)
  // Podman may leave out which it is.
  const id = progress.imageId ?? (progress.isBuilt ? (await imageFacts(docker, build.name))?.id : undefined)
  if (id === undefined) throw new BackendError('The engine ended the build without an image', broken)
  return id
}

const broken = { code: 'BUILD_FAILED', hint: 'Look whether the engine was restarted, and try again.', retryable: true }

/** A token stands in the place of name and password; the types of dockerode know only those. */
function registryConfig(login: RegistryLogin): Record<string, { username: string; password: string }> {
  const { username = '', password = '', ...rest } = login
  return { [login.serveraddress]: { username, password, ...rest } }
}
