import type Dockerode from 'dockerode'
import { BackendError } from '../../errors.ts'
import { buildImage, type ImageBuild } from '../../image/build-image.ts'
import { assertRunnable, type ImageFacts, imageFacts } from '../../image/image-facts.ts'
import { type ImagePull, pullImage } from '../../image/pull-image.ts'
import type { LoginFor } from '../../registry/registry-login.ts'
import { engineErrorFrom } from '../engine-errors.ts'

/** The argument of the Dockerfile that names another base; its own is public. */
const baseArgument = 'BASE_IMAGE'

/** The images of one Docker engine. */
export class DockerImages {
  readonly #docker: Dockerode
  readonly #loginFor: LoginFor

  constructor(docker: Dockerode, loginFor: LoginFor) {
    this.#docker = docker
    this.#loginFor = loginFor
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
  async build(build: Omit<ImageBuild, 'login'>): Promise<ImageFacts> {
    const base = build.buildArgs[baseArgument]
    await buildImage(this.#docker, { ...build, login: base === undefined ? undefined : await this.#loginFor(base) })
    return await this.#existing(build.name)
  }

  /** Fetches an image from its registry, with the docker command's login for it. */
  async pull(pull: Omit<ImagePull, 'login'>): Promise<ImageFacts> {
    await pullImage(this.#docker, { ...pull, login: await this.#loginFor(pull.name) })
    return await this.#existing(pull.name)
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
