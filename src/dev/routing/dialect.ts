import type { SentJob } from '../../protocol/job.ts'

/** Which of the two routers is played: the public one, or the coordinator with its further messages. */
export type DialectName = 'public' | 'coordinator'

/** Where the two routers differ towards their workers. */
export interface Dialect {
  readonly name: DialectName
  /** Whether `cancel` and `policy_update` are sent, `job.overload` is obeyed and live tool calls are answered. */
  readonly speaksCoordinator: boolean
  /** The job with the fields that this router sends. */
  jobFor(job: SentJob): SentJob
}

const publicDialect: Dialect = {
  name: 'public',
  speaksCoordinator: false,
  jobFor: ({ type, job_id, messages, tools, temperature, max_tokens, reasoning_effort }) =>
    withoutUndefined({ type, job_id, messages, tools, temperature, max_tokens, reasoning_effort }),
}

const coordinatorDialect: Dialect = { name: 'coordinator', speaksCoordinator: true, jobFor: withoutUndefined }

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  public: publicDialect,
  coordinator: coordinatorDialect,
}

function withoutUndefined(job: SentJob): SentJob {
  return Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined)) as SentJob
}
