import Docker from 'dockerode'
import { describe } from 'vitest'
import { messageOf } from '../../src/shared/errors.ts'

/** The engine of all tests that need one: that of DOCKER_HOST, else the usual socket's. */
export const docker = new Docker()

/** Why the tests with a container engine cannot run here; undefined where they can. */
export const whyNoEngine = await docker.ping().then(
  () => undefined,
  (error: unknown) => `no container engine answers (${messageOf(error)})`,
)

if (whyNoEngine && process.env.CI === 'true') throw new Error(`${whyNoEngine}, and CI must test against one`)

/** Tests that need an engine: skipped, with the reason in their name, where there is none. */
export function describeEngine(name: string, tests: () => void): void {
  describe.skipIf(whyNoEngine !== undefined)(whyNoEngine === undefined ? name : `${name}: ${whyNoEngine}`, tests)
}
