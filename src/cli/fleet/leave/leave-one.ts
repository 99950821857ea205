import type { MemberRequest } from '../../../fleet/fleet-backend.ts'
import type { JobInReport } from '../../../protocol/control-answers.ts'
import type { Clock } from '../../../shared/clock.ts'
import { AuxotError } from '../../../shared/errors.ts'
import type { ExitName } from '../../../shared/exit-codes.ts'
import { decideLeave } from './decide-leave.ts'
import type { Target } from './target.ts'

/** How far the leaving of one worker has come. */
export interface LeaveStep {
  /** It leaves, or has left. */
  readonly accepted: boolean
  readonly state: string
  /** The job that it has in hand. */
  readonly job?: JobInReport | undefined
  /** Why it stays, or what had to be done. */
  readonly reason?: string | undefined
  /** It has left. */
  readonly left: boolean
  /** How the command ends for it, where it did not do what was asked. */
  readonly exit?: ExitName | undefined
}

/** What became of one worker that was to leave. */
export interface Leaving extends LeaveStep {
  readonly target: Target
  /** Until it had left, or else until it had decided. */
  readonly durationMs: number
}

export interface LeaveOptions {
  readonly request: MemberRequest
  /** Wait until it has left. */
  readonly wait: boolean
  readonly clock: Clock
  /** No waiting from here on. */
  readonly signal: AbortSignal
  /** Hears of every step. */
  readonly onStep: (leaving: Leaving) => void
}

/** Lets one worker leave. Never rejects because of the worker, its backend or the signal. */
export async function leaveOne(target: Target, options: LeaveOptions): Promise<Leaving> {
  const { clock, wait, onStep } = options
  const startedMs = clock.now()
  const report = (step: LeaveStep): Leaving => {
    const leaving = { target, ...step, durationMs: clock.now() - startedMs }
    onStep(leaving)
    return leaving
  }
  const decided = report(await unlessItFails(target, () => decideLeave(target, options)))
  if (!wait || !decided.accepted || decided.left) return decided
  const ended = await untilLeft(target, decided, options)
  return ended ? report(ended) : decided
}

/** Undefined where it was not waited for to the end. */
async function untilLeft(target: Target, { job }: LeaveStep, { signal }: LeaveOptions): Promise<LeaveStep | undefined> {
  try {
    return await unlessItFails(target, async () => {
      await target.untilEnded(signal)
      return { accepted: true, state: 'stopped', job, left: true }
    })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** One worker that cannot be asked does not keep the others. */
async function unlessItFails({ state }: Target, work: () => Promise<LeaveStep>): Promise<LeaveStep> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AuxotError) || error.exit !== 'noBackend') throw error
    return { accepted: false, state, reason: error.message, left: false, exit: error.exit }
  }
}
