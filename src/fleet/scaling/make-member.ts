import type { FleetMember } from '../member.ts'
import type { ScaleAction } from '../scale-plan.ts'
import type { Ending, ScaleRun } from './scale-run.ts'

/** Makes a new member for a place and starts it. Resolves to the backend's name for it. */
export async function makeMember(action: ScaleAction, run: ScaleRun, isSuccessor: boolean): Promise<string> {
  const { spec, backend, places } = run
  if (!spec) throw new Error('a plan that makes workers came without what they are made from')
  return await places.with(async () => {
    run.signal.throwIfAborted()
    const id = await backend.create(action.slot, spec, { isSuccessor })
    await backend.start(id)
    run.onProgress({ action, doing: 'started' })
    return id
  })
}

/** Waits until the router has accepted a member, if waiting was asked for. */
export async function awaitReady(id: string, { backend, wait, signal }: ScaleRun): Promise<Ending> {
  if (!wait) return { result: 'begun' }
  const ready = await unlessOver(backend.untilReady(id, signal), signal)
  if (!ready) return { result: 'begun' }
  return ready.kind === 'ready' ? { result: 'ready' } : { result: 'failed', state: ready.state, detail: ready.reason }
}

/** Waits until a member that was asked to leave has ended, then removes what is left of it. */
export async function awaitGone(member: FleetMember, { backend, wait, signal }: ScaleRun): Promise<Ending> {
  if (!wait) return { result: 'begun' }
  const ended = await unlessOver(
    backend.untilEnded(member.id, signal).then(() => true),
    signal,
  )
  if (!ended) return { result: 'begun' }
  await backend.remove(member.id)
  return { result: 'gone' }
}

/** Within this time an order to end a member has reached the backend. */
const momentMs = 500

/** Has the backend end a member that gives no answer. Its time may be half an hour: that is waited for like any other leaving. */
export async function endSilent(member: FleetMember, run: ScaleRun): Promise<Ending> {
  const { backend, clock, wait } = run
  const ordered = new AbortController()
  using _limit = wait ? undefined : clock.timer(momentMs, () => ordered.abort())
  const signal = AbortSignal.any([run.signal, ordered.signal])
  const ended = await unlessOver(
    backend.terminate(member.id, { isForced: false, signal }).then(() => true),
    signal,
  )
  return ended ? await awaitGone(member, run) : { result: 'begun' }
}

/** Undefined where waiting was called off. */
async function unlessOver<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await waiting
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
