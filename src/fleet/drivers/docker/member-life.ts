import type Dockerode from 'dockerode'
import type { Container } from 'dockerode'
import type { WorkerDecision } from '../../../protocol/control-answers.ts'
import type { EndOptions, MemberRequest, Readiness } from '../../fleet-backend.ts'
import { askDecision, awaitState } from './ask-worker.ts'
import { lastWords } from './last-words.ts'
import { isDoneAlready, isMissing } from './missing.ts'
import { fixedPolicy } from './podman-ways.ts'
import { memberFrom } from './read-member.ts'
import { insideContainer } from './run-inside.ts'

/** States in which a worker's start has come to an end, whichever. */
const settled = ['idle', 'busy', 'draining', 'auth_failed', 'rate_limited']
/** One look inside lasts so long at most; then another begins. */
const lookS = 30

/** Starts a container, which from here on comes back by itself. */
export async function startContainer(container: Container): Promise<void> {
  await comeBack(container, true)
  await container.start().catch(unlessStarted)
}

/** A 404 may also be about what the container needs, such as its network: that is no success. */
function unlessStarted(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 304) throw error
}

/** Whether the engine starts the container again after it has ended. */
async function comeBack(container: Container, isWanted: boolean): Promise<void> {
  const name = isWanted ? 'unless-stopped' : 'no'
  const { HostConfig } = await container.inspect()
  const { Name: now } = HostConfig.RestartPolicy ?? {}
  if (now === name || now === fixedPolicy) return
  await container.update({ RestartPolicy: { Name: name } })
}

/**
 * Asks the worker to leave, or not to. The engine must not start it again when it has, so that is seen to first, and taken back where
 * the worker stays.
 */
export async function askToLeave(container: Container, request: MemberRequest): Promise<WorkerDecision | undefined> {
  try {
    await comeBack(container, false)
    const decision = await askDecision(insideContainer(container), request)
    if (!decision?.accepted) await comeBack(container, true)
    return decision
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** What does not answer has so long to end by itself where its job is not waited for: as long as engines give of their own. */
const forcedStopS = 10

/**
 * Ends a container: TERM, and KILL when its time is over, which may be half an hour. The engine sees to both, also without us: the
 * signal ends only our waiting.
 */
export async function terminate(container: Container, { isForced, signal: abortSignal }: EndOptions): Promise<void> {
  await comeBack(container, false).catch(unlessDone)
  await container.stop({ ...(isForced && { t: forcedStopS }), abortSignal }).catch(unlessDone)
}

/** Waits until the router has accepted the worker, or it is clear that it will not. */
export async function untilReady(container: Container, signal: AbortSignal): Promise<Readiness> {
  for (;;) {
    const report = await awaitState(insideContainer(container), { states: settled, limitS: lookS }, signal)
    signal.throwIfAborted()
    if (report?.state === 'idle' || report?.state === 'busy') return { kind: 'ready', report }
    const info = await container.inspect()
    const { state, reason } = memberFrom(info, report, Date.now())
    if (report || info.State.Paused) return { kind: 'failed', state, reason }
    if (state === 'crash_loop' || state === 'stopped') {
      return { kind: 'failed', state, reason: (await lastWords(container)) ?? reason }
    }
    await pause(signal)
  }
}

/** Waits until a container has ended, or is gone. */
export async function untilEnded(container: Container, signal: AbortSignal): Promise<void> {
  await container.wait({ condition: 'not-running', abortSignal: signal }).catch(unlessDone)
}

/** Removes a container and the volumes that only it had. */
export async function removeContainer(docker: Dockerode, container: Container): Promise<void> {
  try {
    const { Mounts } = await container.inspect()
    await container.remove({ force: true }).catch(unlessDone)
    const volumes = Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []))
    for (const name of volumes) await docker.getVolume(name).remove().catch(unlessDone)
  } catch (error) {
    unlessDone(error)
  }
}

function unlessDone(error: unknown): void {
  if (!isDoneAlready(error)) throw error
}

/** Between a worker's end and its next start by the engine. */
const pauseMs = 200

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, pauseMs)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
