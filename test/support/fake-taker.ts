import { JobBoard, type JobBoardOptions } from '../../src/dev/job-board.ts'
import { dialects } from '../../src/dev/routing/dialect.ts'
import type { JobTaker } from '../../src/dev/routing/open-job.ts'
import type { SentJob } from '../../src/protocol/job.ts'
import type { SentRouterMessage } from '../../src/protocol/router-messages.ts'
import { systemClock } from '../../src/shared/clock.ts'

/** A worker without a socket: what the job board sends it can be read. */
export class FakeTaker implements JobTaker {
  readonly id: string
  slots: number
  readonly running = new Set<string>()
  readonly sent: SentRouterMessage[] = []

  constructor(id: string, slots = 1) {
    this.id = id
    this.slots = slots
  }

  /** Ids of the jobs it was ever given, in order. */
  get jobs(): string[] {
    return this.sent.flatMap((message) => (message.type === 'job' ? [message.job_id] : []))
  }

  send(message: SentRouterMessage): void {
    this.sent.push(message)
  }
}

/** A board of which nothing is delayed unless a test says so. */
export function makeBoard(options: Partial<JobBoardOptions> = {}): JobBoard {
  return new JobBoard({
    dialect: dialects.coordinator,
    clock: systemClock,
    redeliverAfterMs: 0,
    cancelSettleMs: 0,
    moved: () => {},
    changed: () => {},
    ...options,
  })
}

/** A job that has nothing but its id. */
export function job(job_id: string): SentJob {
  return { type: 'job', job_id, messages: [{ role: 'user', content: job_id }] }
}
