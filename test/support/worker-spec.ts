import { configHash } from '../../src/fleet/config-hash.ts'
import type { WorkerSpec } from '../../src/fleet/worker-spec.ts'

/** What workers may be made from. */
export function workerSpec(facts: Partial<WorkerSpec> = {}): WorkerSpec {
  return {
    fleet: 'default',
    imageId: 'sha256:1',
    imageName: 'auxot-worker:1.0.0',
    version: '1.0.0',
    env: { AUXOT_ROUTER_URL: 'ws://router:8080/ws' },
    files: [{ name: 'worker-key', content: 'adm_invented', isSecret: true }],
    limits: { memoryBytes: 2 * 1_024 ** 3, cpus: 1, pids: 512 },
    network: 'bridge',
    stopTimeoutMs: 60_000,
    ...facts,
  }
}

/** The fingerprint of workers that are what is wanted. */
export const currentHash = configHash(workerSpec())
