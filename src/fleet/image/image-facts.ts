import type Dockerode from 'dockerode'
import { BackendError } from '../errors.ts'

/** An image that the engine has. */
export interface ImageFacts {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  /** As Go calls it: `amd64`. */
  readonly architecture: string
  readonly sizeBytes: number
}

/** What the engine knows of an image; undefined where it has none of that name. */
export async function imageFacts(docker: Dockerode, name: string): Promise<ImageFacts | undefined> {
  try {
    const { Id, Config, Architecture, Size } = await docker.getImage(name).inspect()
    return { id: Id, labels: Config?.Labels ?? {}, architecture: Architecture, sizeBytes: Size }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

/** @throws BackendError where the image is made for another kind of processor than the engine's. */
export async function assertRunnable(docker: Dockerode, name: string, image: ImageFacts): Promise<void> {
  const { Arch } = await docker.version()
  const [has, needs] = [architectureName(image.architecture), architectureName(Arch)]
  if (has === needs) return
  throw new BackendError(`The image ${name} is made for ${has}, and the engine's processor is ${needs}`, {
    code: 'OTHER_ARCHITECTURE',
    hint: 'Build one there with "auxot worker image", or name another with --image.',
  })
}

const otherNames: Readonly<Record<string, string>> = { x64: 'amd64', x86_64: 'amd64', aarch64: 'arm64', ia32: '386' }

/** One name for what Go, Node.js and the kernel call by different ones. */
function architectureName(name: string): string {
  return otherNames[name] ?? name
}
