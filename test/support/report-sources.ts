import { parseRouterUrl } from '../../src/protocol/router-url.ts'
import { Secret } from '../../src/shared/secret.ts'
import { PoolCounters } from '../../src/worker/claude/pool-stats.ts'
import type { ReportSources } from '../../src/worker/control/status-report.ts'
import { WorkerRecord } from '../../src/worker/control/worker-record.ts'
import type { WorkerView } from '../../src/worker/worker-view.ts'
import { ManualClock } from './manual-clock.ts'

/** Secrets that must turn up nowhere. */
export const canaries = { workerKey: 'adm_canary0123456789abcdef', token: 'sk-ant-oat01-canary-0123456789' }

/** What a test's worker has to tell; everything has a default. */
export interface ReportedFacts {
  readonly view?: Partial<WorkerView>
  readonly expiresAtMs?: number
}

/** The sources of reports and metrics about a worker that has just begun. */
export function reportSources({ view, expiresAtMs }: ReportedFacts = {}) {
  const clock = new ManualClock()
  const counters = new PoolCounters()
  const record = new WorkerRecord(clock)
  const config = {
    router: parseRouterUrl('https://router.example.com'),
    workerKey: new Secret(canaries.workerKey, 'AUXOT_GPU_KEY'),
    concurrency: 2,
    claude: {
      path: '/opt/claude',
      version: '2.1.330',
      credential: { kind: 'oauth-token', secret: new Secret(canaries.token, 'CLAUDE_CODE_OAUTH_TOKEN'), expiresAtMs },
    },
  } as ReportSources['config']
  const sources = {
    config,
    worker: { view: { ...fresh, sinceMs: clock.now(), ...view } },
    claude: {
      parked: 1,
      kept: 2,
      lent: 3,
      get stats() {
        return counters.snapshot()
      },
    },
    record,
    clock,
  } satisfies ReportSources
  return { ...sources, clock, counters }
}

const fresh: WorkerView = {
  state: 'starting',
  sinceMs: 0,
  reason: undefined,
  untilMs: undefined,
  jobsInHand: 0,
  heartbeatAckAgeMs: undefined,
  rateLimit: undefined,
  noted: { reasoning_effort: 0, max_tokens: 0, temperature: 0, credentials: 0 },
}
