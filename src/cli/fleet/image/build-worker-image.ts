import type { DockerImages } from '../../../fleet/drivers/docker/docker-images.ts'
import type { BuildStep } from '../../../fleet/image/build-progress.ts'
import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import { type Environment, proxyFrom } from '../../../settings/environment.ts'
import { type ImageShow, showImageWork } from './show-image-work.ts'

/** What a build is given by its operator. */
export interface WorkerImageWish extends ImageShow {
  readonly buildArgs?: Readonly<Record<string, string>> | undefined
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
}

const longestInstruction = 60

/** Builds the image of this auxot's workers. */
export async function buildWorkerImage(images: DockerImages, wish: WorkerImageWish): Promise<ImageFacts> {
  const { name, ca, env } = wish
  const buildArgs = { ...proxyArgs(env), ...wish.buildArgs }
  return await showImageWork(wish, (tell, signal) =>
    images.build({ name, ca, buildArgs, onStep: (step) => tell(partOf(step)), signal }),
  )
}

function partOf({ number, total, text }: BuildStep): string {
  const instruction = text.length > longestInstruction ? `${text.slice(0, longestInstruction)}…` : text
  return `step ${number}/${total} ${instruction}`
}

/** Docker knows these by name, and leaves them out of the image's history. */
function proxyArgs(env: Environment): Record<string, string> {
  const { https, http, no } = proxyFrom(env)
  return { ...(https && { HTTPS_PROXY: https }), ...(http && { HTTP_PROXY: http }), ...(no && { NO_PROXY: no }) }
}
