import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buildContext } from '../../src/fleet/image/build-context.ts'
import { buildImage } from '../../src/fleet/image/build-image.ts'
import { imageFacts } from '../../src/fleet/image/image-facts.ts'
import { baseImage } from './base-image.ts'
import { docker } from './engine.ts'

/** The worker's image, made from what is in dist/. */
export interface WorkerImage {
  readonly name: string
  readonly id: string
}

/** The host's own certificate authorities, which npm may need inside too. */
export function hostCa(): string | undefined {
  const path = process.env.NODE_EXTRA_CA_CERTS
  return path ? readFileSync(path, 'utf8') : undefined
}

/** The image for all tests with an engine; built only where the engine has none with the same content. */
export async function workerImage(): Promise<WorkerImage> {
  const ca = hostCa()
  const [context, base] = await Promise.all([buildContext({ ca }), baseImage()])
  const digest = createHash('sha256')
    .update(context)
    .update((await docker.getImage(base).inspect()).Id)
    .digest('hex')
  const name = `auxot-test-worker:${digest.slice(0, 12)}`
  const found = await imageFacts(docker, name)
  if (found) return { name, id: found.id }
  const signal = new AbortController().signal
  const id = await buildImage(docker, { name, buildArgs: { BASE_IMAGE: base }, ca, onStep: () => {}, signal })
  return { name, id }
}
