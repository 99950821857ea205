import type { DockerImages } from '../../../fleet/drivers/docker/docker-images.ts'
import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import { type ImageShow, showImageWork } from './show-image-work.ts'

/** Fetches the image of workers from its registry. */
export async function fetchWorkerImage(images: DockerImages, show: ImageShow): Promise<ImageFacts> {
  return await showImageWork(show, (tell, signal) => {
    let told = ''
    const onLayers = ({ done, total }: { readonly done: number; readonly total: number }) => {
      const part = `layer ${done}/${total}`
      if (done > 0 && part !== told) tell(part)
      told = part
    }
    return images.pull({ name: show.name, onLayers, signal })
  })
}
