import { auxotVersion } from '../../shared/version.ts'

/** What the image of this auxot's workers is called unless somebody names another: `auxot-worker:0.1.0`. */
export function defaultImageName(): string {
  return `auxot-worker:${auxotVersion()}`
}
