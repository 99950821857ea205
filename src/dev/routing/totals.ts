import type { WorkerConnection } from './worker-connection.ts'

/** What `GET /health` tells. */
export function healthOf(workers: readonly WorkerConnection[]): object {
  const sum = (count: (worker: WorkerConnection) => number) => workers.reduce((total, each) => total + count(each), 0)
  return {
    status: 'ok',
    workers: workers.length,
    total_slots: sum(({ slots }) => slots),
    active_jobs: sum(({ running }) => running.size),
    available: sum(({ slots, running }) => Math.max(0, slots - running.size)),
  }
}

/** The models that can be asked for: the policy's, and those that the workers announce. */
export function modelsOf(workers: readonly WorkerConnection[], policyModel: string | null | undefined): string[] {
  const announced = workers.flatMap(({ capabilities }) => (capabilities ? [capabilities.model] : []))
  return [...new Set([policyModel ?? '', ...announced])].filter((name) => name !== '')
}
