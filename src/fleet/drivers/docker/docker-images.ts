import type Dockerode from 'dockerode'
import { BackendError } from '../../errors.ts'
import { buildImage, type ImageBuild } from '../../image/build-image.ts'
import { assertRunnable, type ImageFacts, imageFacts } from '../../image/image-facts.ts'
import { engineErrorFrom } from '../engine-errors.ts'

/** The images of one Docker engine. */
export class DockerImages {
  readonly #docker: Dockerode

  constructor(docker: Dockerode) {
    this.#docker = docker
  }

  /** Undefined where the engine has none of that name. @throws BackendError where it has one that it cannot run */
  async find(name: string): Promise<ImageFacts | undefined> {
    return await this.#attempt(`look for the image ${name}`, async () => {
      const facts = await imageFacts(this.#docker, name)
      if (facts) await assertRunnable(this.#docker, name, facts)
      return facts
    })
  }

  /** Builds the image of this auxot's workers. */
  async build(build: ImageBuild): Promise<ImageFacts> {
    await buildImage(this.#docker, build)
    return await this.#existing(build.name)
  }

  /** Fetches an image from its registry. */
  async pull(name: string): Promise<ImageFacts> {
    await this.#attempt(`fetch the image ${name}`, async () => {
      const events: NodeJS.ReadableStream = await this.#docker.pull(name)
      await new Promise<void>((resolve, reject) => {
        this.#docker.modem.followProgress(events, (error: Error | null, told: { error?: string }[] = []) => {
          // A pull that failed half-way tells so in its last event, and nowhere else.
          const failure = told.find((event) => event.error !== undefined)?.error
          if (error) reject(error)
          else if (failure !== undefined) reject(new BackendError(`The image ${name} could not be fetched: ${failure}`))
          else resolve()
        })
      })
    })
    return await this.#existing(name)
  }

  async #existing(name: string): Promise<ImageFacts> {
    const facts = await this.find(name)
    if (!facts) throw new BackendError(`The image ${name} is gone again`, { hint: 'Try again.', retryable: true })
    return facts
  }

  async #attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw engineErrorFrom(error, doing)
    }
  }
}
