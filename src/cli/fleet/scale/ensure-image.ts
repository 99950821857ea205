import type { DockerImages } from '../../../fleet/drivers/docker/docker-images.ts'
import { BackendError } from '../../../fleet/errors.ts'
import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import { defaultImageName } from '../../../fleet/image/image-name.ts'
import { auxotVersion } from '../../../shared/version.ts'
import { tellLine } from '../../open-output.ts'
import { buildWorkerImage } from '../image/build-worker-image.ts'
import { fetchWorkerImage } from '../image/fetch-worker-image.ts'
import type { CaFile } from './ca-file.ts'
import type { ScaleSettings } from './resolve-scale.ts'

/** The image that a fleet's workers are made from. */
export interface FoundImage {
  readonly id: string
  readonly name: string
}

interface ImageWish {
  readonly settings: Pick<ScaleSettings, 'values'>
  readonly ca: CaFile | undefined
  readonly env: Parameters<typeof buildWorkerImage>[1]['env']
}

/**
 * The image that was named, or this auxot's own, which is built where it is missing.
 * @throws BackendError where a named image is not there, or none can be built
 */
export async function ensureImage(images: DockerImages, { settings, ca, env }: ImageWish): Promise<FoundImage> {
  const { image: named, pull, quiet, dryRun } = settings.values
  const name = named ?? defaultImageName()
  // A plan fetches nothing.
  const facts = pull && !dryRun ? await fetchWorkerImage(images, { name, quiet, env }) : await images.find(name)
  if (facts) {
    if (!quiet && named === undefined) warnOfOther(facts)
    return { id: facts.id, name }
  }
  // A plan does not need it, and changes nothing.
  if (dryRun && (pull || named === undefined)) return { id: 'not there yet', name }
  if (named !== undefined) throw missing(name)
  const { id } = await buildWorkerImage(images, { ...settings.values, name, ca: ca?.pem, env })
  return { id, name }
}

function missing(name: string): BackendError {
  return new BackendError(`There is no image ${name} at the engine`, {
    code: 'NO_IMAGE',
    hint: 'Fetch it with --pull, or leave --image out: auxot then builds its own.',
  })
}

/** The name says the version, but somebody may have built it from something else. */
function warnOfOther({ labels }: ImageFacts): void {
  const version = labels['com.auxot.version']
  if (version === auxotVersion()) return
  tellLine(
    `Warning: the image was built from another auxot (${version ?? 'unknown'}). "auxot worker image" builds it anew.`,
  )
}
