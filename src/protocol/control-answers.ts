/**
 * What a worker answers through its control socket, as those read it who did not start it: the command line, a fleet. Read by
 * hand, because a schema library takes longer to load than a whole `worker status`. Workers may be older or newer than the reader:
 * members that are not known are ignored, and those that are missing are absent.
 */

/** A job under way. */
export interface JobInReport {
  readonly id: string
  readonly startedAt: string
  readonly elapsedMs: number
}

/** The last that a worker heard of its subscription's limit. */
export interface LimitInReport {
  readonly status: string
  readonly window?: string | undefined
  readonly resetsAt?: string | undefined
}

/** A worker's report, `auxot.worker.report/v1`. Moments are ISO 8601. */
export interface WorkerReport {
  readonly schema: 'auxot.worker.report/v1'
  /** The router's name for it. */
  readonly id?: string | undefined
  readonly pid: number
  readonly version: string
  /** One of the worker's states; a newer worker may have others. */
  readonly state: string
  readonly since: string
  readonly until?: string | undefined
  readonly reason?: string | undefined
  readonly startedAt: string
  /** The origin of the router's HTTP side. */
  readonly router: string
  readonly slots: { readonly total: number; readonly inUse: number }
  /** Counts since it began: `started`, and one for each outcome. */
  readonly jobs: Readonly<Record<string, number>>
  readonly running: readonly JobInReport[]
  readonly heartbeatAckAgeMs?: number | undefined
  readonly claude: {
    readonly version: string
    readonly credential?:
      | { readonly kind: string; readonly source: string; readonly expiresAt?: string | undefined }
      | undefined
    readonly rateLimit?: LimitInReport | undefined
  }
}

/** What became of a request to do something, `auxot.worker.decision/v1`. */
export interface WorkerDecision {
  readonly schema: 'auxot.worker.decision/v1'
  readonly accepted: boolean
  readonly state: string
  readonly running: readonly JobInReport[]
}

/** Reads one line of a control socket. Undefined for what is neither a report nor a decision. */
export function decodeControlAnswer(line: string): WorkerReport | WorkerDecision | undefined {
  return controlAnswerFrom(objectFrom(line))
}

/** The same for what was parsed already. */
export function controlAnswerFrom(read: unknown): WorkerReport | WorkerDecision | undefined {
  const answer = read as Record<string, unknown> | undefined
  if (answer?.schema === 'auxot.worker.report/v1' && isReport(answer)) return answer as unknown as WorkerReport
  if (answer?.schema === 'auxot.worker.decision/v1' && isDecision(answer)) return answer as unknown as WorkerDecision
  return undefined
}

function isReport(answer: Record<string, unknown>): boolean {
  const texts = ['version', 'state', 'since', 'startedAt', 'router']
  const objects = ['slots', 'jobs', 'claude']
  return (
    texts.every((name) => typeof answer[name] === 'string') &&
    objects.every((name) => typeof answer[name] === 'object' && answer[name] !== null) &&
    Array.isArray(answer.running)
  )
}

function isDecision({ accepted, state, running }: Record<string, unknown>): boolean {
  return typeof accepted === 'boolean' && typeof state === 'string' && Array.isArray(running)
}

function objectFrom(line: string): Record<string, unknown> | undefined {
  try {
    const read = JSON.parse(line) as unknown
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
