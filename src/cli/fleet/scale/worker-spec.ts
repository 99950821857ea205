import type { SpecFile, WorkerSpec } from '../../../fleet/worker-spec.ts'
import type { Environment } from '../../../settings/environment.ts'
import { auxotVersion } from '../../../shared/version.ts'
import type { ScaleSettings, WorkerSecrets } from './resolve-scale.ts'
import { inside, workerEnv } from './worker-env.ts'

/** For what a worker does between its last job and its end. */
const lastStepsMs = 10_000

/** Everything but the image, which may have to be built first. */
export type SpecWithoutImage = Omit<WorkerSpec, 'imageId' | 'imageName'>

/**
 * What a fleet's workers are made from.
 * @throws UsageError where something secret would stand in their environment
 */
export function workerSpecFrom(
  settings: ScaleSettings,
  { workerKey, credential, ca }: WorkerSecrets,
  env: Environment,
): SpecWithoutImage {
  const { values } = settings
  const secret = (name: string, content: string): SpecFile => ({ name, content, isSecret: true })
  return {
    fleet: values.fleet,
    version: auxotVersion(),
    env: workerEnv(settings, { env, credential, hasCa: ca !== undefined }),
    files: [
      secret(inside.workerKey, workerKey.reveal()),
      secret(inside.credential, credential.secret.reveal()),
      ...(ca ? [{ name: inside.ca, content: ca.pem, isSecret: false }] : []),
    ],
    limits: { memoryBytes: values.memory, cpus: values.cpus, pids: values.pidsLimit },
    network: values.network,
    stopTimeoutMs: values.drainTimeout + values.cancelGrace + lastStepsMs,
  }
}
