import { createHash, createHmac } from 'node:crypto'
import { canonicalJson } from '../shared/canonical-json.ts'
import type { WorkerSpec } from './worker-spec.ts'

/**
 * The fingerprint of everything that workers are made from: image, settings, limits, files. The secrets are its key as well as part
 * of it, so that nobody can try values against it who does not hold them. How many workers there are, which auxot makes them and
 * how their image is called are no part of it.
 */
export function configHash({ imageName: _, version: __, ...made }: WorkerSpec): string {
  const key = createHash('sha256')
  for (const { name, content, isSecret } of made.files) if (isSecret) key.update(`${name}:${content.length}:${content}`)
  return createHmac('sha256', key.digest()).update(canonicalJson(made)).digest('hex').slice(0, 32)
}
