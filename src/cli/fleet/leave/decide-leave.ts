import type { MemberRequest } from '../../../fleet/fleet-backend.ts'
import type { WorkerDecision } from '../../../protocol/control-answers.ts'
import type { LeaveOptions, LeaveStep } from './leave-one.ts'
import type { Target } from './target.ts'

/** An end that has come is seen within this time, and an order to end a container has reached the engine. */
const momentMs = 500

/** Asks a worker to leave, and says what it answered. */
export async function decideLeave(target: Target, options: LeaveOptions): Promise<LeaveStep> {
  if (target.state === 'stopped') return hasLeft
  const answer = await target.ask(options.request)
  if (!answer) return await silent(target, options)
  return 'problem' in answer ? stays(target, answer.problem) : decided(answer, options.request)
}

const hasLeft: LeaveStep = { accepted: true, state: 'stopped', left: true }

function decided({ accepted, state, running }: WorkerDecision, { op }: MemberRequest): LeaveStep {
  const [job] = running
  if (!accepted) {
    const reason = job ? `it has job ${job.id} in hand` : 'it has work in hand'
    return { accepted, state, job, reason, left: false, exit: 'partial' }
  }
  const isLingering = op === 'drain' && job === undefined
  return {
    accepted,
    state,
    job,
    left: false,
    ...(isLingering && { reason: 'it leaves as soon as that stalls no caller' }),
  }
}

function stays({ state, job }: Target, reason: string): LeaveStep {
  return { accepted: false, state, job, reason, left: false, exit: 'partial' }
}

/** Nobody answers: it has left a moment ago, or it is not well. */
async function silent(target: Target, options: LeaveOptions): Promise<LeaveStep> {
  const { terminate, reason, state } = target
  const { request } = options
  if (!terminate || (await hasEnded(target, options))) return hasLeft
  if (request.op === 'drain') return stays(target, reason ? `it gives no answer (${reason})` : 'it gives no answer')
  await orderEnd(terminate, options)
  return { accepted: true, state, reason: 'it gives no answer, so its container is ended', left: false }
}

/** Has it ended, and waits for no more than the order: the engine sees to the rest without us, and nothing may keep us here. */
async function orderEnd(
  terminate: NonNullable<Target['terminate']>,
  { request, clock, signal, wait }: LeaveOptions,
): Promise<void> {
  const ordered = Promise.withResolvers<void>()
  const over = new AbortController()
  using _limit = clock.timer(momentMs, () => {
    ordered.resolve()
    if (!wait) over.abort()
  })
  const isForced = request.op === 'stop' && request.force === true
  terminate({ isForced, signal: AbortSignal.any([signal, over.signal]) }).then(ordered.resolve, (error) => {
    if (signal.aborted) ordered.resolve()
    else ordered.reject(error)
  })
  await ordered.promise
}

async function hasEnded(target: Target, { clock, signal }: LeaveOptions): Promise<boolean> {
  const soon = new AbortController()
  using _limit = clock.timer(momentMs, () => soon.abort())
  try {
    await target.untilEnded(AbortSignal.any([signal, soon.signal]))
    return true
  } catch {
    return false
  }
}
