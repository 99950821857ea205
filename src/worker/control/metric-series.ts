import { workerStates } from '../../protocol/worker-state.ts'
import type { ReportSources } from './status-report.ts'

/** Values by label. */
type Values = Readonly<Record<string, number>>

/** A series whose values are read when somebody asks for them. With a label it has a value for everything that this may say. */
export type Series = {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
} & (
  | { readonly label?: undefined; readonly read: (sources: ReportSources) => number }
  | { readonly label: string; readonly read: (sources: ReportSources) => Values }
)

/** Windows of a subscription's limit that the model service has names for. */
const namedWindows = [
  'five_hour',
  'seven_day',
  'seven_day_opus',
  'seven_day_sonnet',
  'seven_day_overage_included',
  'overage',
]
const limitWindows = [...namedWindows, 'other']
const credentialKinds = ['oauth-token', 'api-key']

/** Everything that is known elsewhere and only has to be read. */
export const series: readonly Series[] = [
  {
    name: 'auxot_worker_state',
    type: 'gauge',
    help: '1 for the state that the worker is in.',
    label: 'state',
    read: ({ worker }) => only(workerStates, worker.view.state, 1),
  },
  {
    name: 'auxot_worker_connected',
    type: 'gauge',
    help: '1 while the router has accepted the worker.',
    read: ({ worker }) => (worker.view.heartbeatAckAgeMs === undefined ? 0 : 1),
  },
  {
    name: 'auxot_worker_reconnects_total',
    type: 'counter',
    help: 'Connections that were lost or could not be made, after each of which the worker tries again.',
    label: 'reason',
    read: ({ record }) => record.disconnects,
  },
  {
    name: 'auxot_worker_heartbeat_ack_age_seconds',
    type: 'gauge',
    help: 'Since the router last answered a heartbeat; 0 without a connection.',
    read: ({ worker }) => (worker.view.heartbeatAckAgeMs ?? 0) / 1_000,
  },
  {
    name: 'auxot_jobs_started_total',
    type: 'counter',
    help: 'Jobs that were begun.',
    read: ({ record }) => record.started,
  },
  {
    name: 'auxot_jobs_finished_total',
    type: 'counter',
    help: 'Jobs that have ended.',
    label: 'outcome',
    read: ({ record }) => record.finished,
  },
  {
    name: 'auxot_job_running',
    type: 'gauge',
    help: 'Jobs that run now.',
    read: ({ record }) => record.running.length,
  },
  {
    name: 'auxot_tokens_total',
    type: 'counter',
    help: 'Tokens of completed jobs; input includes what came from the cache.',
    label: 'direction',
    read: ({ record }) => record.tokens,
  },
  {
    name: 'auxot_job_cost_usd_total',
    type: 'counter',
    help: 'What completed jobs cost, as Claude Code reckons it.',
    read: ({ record }) => record.costUsd,
  },
  {
    name: 'auxot_provider_rate_limited',
    type: 'gauge',
    help: "1 while this window of the subscription's limit is used up.",
    label: 'type',
    read: ({ worker: { view } }) => only(limitWindows, windowOf(view), view.rateLimit?.status === 'rejected' ? 1 : 0),
  },
  {
    name: 'auxot_provider_rate_limit_reset_timestamp_seconds',
    type: 'gauge',
    help: "When this window of the subscription's limit begins anew; 0 where nobody said.",
    label: 'type',
    read: ({ worker: { view } }) => only(limitWindows, windowOf(view), view.rateLimit?.resetsAt ?? 0),
  },
  {
    name: 'auxot_credential_expiry_timestamp_seconds',
    type: 'gauge',
    help: "When Claude's credential expires; 0 where nobody knows.",
    label: 'kind',
    read: ({ config: { claude } }) =>
      only(credentialKinds, claude.credential?.kind, (claude.credential?.expiresAtMs ?? 0) / 1_000),
  },
  {
    name: 'auxot_claude_turns_total',
    type: 'counter',
    help: 'Turns, by how each came to its Claude Code process.',
    label: 'start',
    read: ({ claude }) => claude.stats.starts,
  },
  {
    name: 'auxot_claude_replays_total',
    type: 'counter',
    help: 'Turns that did not go on in a kept process, by reason.',
    label: 'reason',
    read: ({ claude }) => claude.stats.misses,
  },
  {
    name: 'auxot_claude_forecasts_total',
    type: 'counter',
    help: 'Parked processes that were told a beginning in advance: taken for it, or ended without.',
    label: 'result',
    read: ({ claude }) => claude.stats.forecasts,
  },
  {
    name: 'auxot_claude_processes',
    type: 'gauge',
    help: 'Claude Code processes, by what they do.',
    label: 'kind',
    read: ({ claude: { parked, kept, lent } }) => ({ parked, kept, lent }),
  },
  {
    name: 'auxot_job_unsupported_fields_total',
    type: 'counter',
    help: 'How often this field of a job asked for what Claude cannot do.',
    label: 'field',
    read: ({ worker }) => worker.view.noted,
  },
]

/** Zero for all names but the one. */
function only(names: readonly string[], name: string | undefined, value: number): Values {
  return Object.fromEntries(names.map((each) => [each, each === name ? value : 0]))
}

/** The window that was last spoken of; a label must not take whatever a service may say one day. */
function windowOf({ rateLimit }: ReportSources['worker']['view']): string | undefined {
  if (!rateLimit) return undefined
  return namedWindows.includes(rateLimit.window ?? '') ? rateLimit.window : 'other'
}
