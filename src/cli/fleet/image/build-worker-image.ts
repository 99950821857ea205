import type { DockerImages } from '../../../fleet/drivers/docker/docker-images.ts'
import type { ImageFacts } from '../../../fleet/image/image-facts.ts'
import { type Environment, proxyFrom } from '../../../settings/environment.ts'
import { systemClock } from '../../../shared/clock.ts'
import { formatDuration } from '../../../shared/duration.ts'
import { tellLine } from '../../open-output.ts'

/** What a build is given by its operator. */
export interface WorkerImageWish {
  readonly name: string
  readonly buildArgs?: Readonly<Record<string, string>> | undefined
  /** Certificate authorities to trust too, as PEM. */
  readonly ca?: string | undefined
  readonly quiet: boolean
  readonly env: Environment
}

/** Builds the image of this auxot's workers, with a line on stderr for each step. */
export async function buildWorkerImage(images: DockerImages, wish: WorkerImageWish): Promise<ImageFacts> {
  const { name, ca, quiet, env, buildArgs = {} } = wish
  let startedMs = systemClock.now()
  return await images.build({
    name,
    ca,
    buildArgs: { ...proxyArgs(env), ...buildArgs },
    signal: new AbortController().signal,
    onStep: ({ number, total, text }) => {
      const nowMs = systemClock.now()
      if (!quiet) tellLine(`+ image step ${number}/${total} ${text.slice(0, 80)} ${formatDuration(nowMs - startedMs)}`)
      startedMs = nowMs
    },
  })
}

/** Docker knows these by name, and leaves them out of the image's history. */
function proxyArgs(env: Environment): Record<string, string> {
  const { https, http, no } = proxyFrom(env)
  return { ...(https && { HTTPS_PROXY: https }), ...(http && { HTTP_PROXY: http }), ...(no && { NO_PROXY: no }) }
}
