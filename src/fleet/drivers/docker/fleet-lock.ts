import { hostname, userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import type { Container } from 'dockerode'
import { FleetLockedError } from '../../errors.ts'
import type { LockOptions } from '../../fleet-backend.ts'
import { isMissing, isNameTaken } from './missing.ts'
import { labels, lockName } from './names.ts'

/** What a lock needs: a program that ends when its input does, from an image that is there. */
interface LockPlace {
  readonly docker: Dockerode
  readonly fleet: string
  readonly imageId: string
}

/**
 * A fleet's lock: a container whose name only one can have. It runs `cat` on an input that this process holds open, and the engine
 * removes it when it ends. So it ends with this process, whatever ends it and wherever it runs, and no lock is left to be judged stale.
 */
export async function takeLock(place: LockPlace, { waitMs, signal, onWait }: LockOptions): Promise<AsyncDisposable> {
  const overAt = Date.now() + waitMs
  let told: string | undefined
  for (;;) {
    const taken = await tryLock(place)
    if (taken) return taken
    const other = place.docker.getContainer(lockName(place.fleet))
    const holder = await holderOf(other)
    if (holder === undefined) continue
    if (Date.now() >= overAt) throw new FleetLockedError(place.fleet, holder)
    if (holder !== told) onWait(holder)
    told = holder
    await untilRemoved(other, AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, overAt - Date.now()))]))
    signal.throwIfAborted()
  }
}

/** Undefined where somebody else has the name. */
async function tryLock({ docker, fleet, imageId }: LockPlace): Promise<AsyncDisposable | undefined> {
  const container = await docker
    .createContainer({
      name: lockName(fleet),
      Image: imageId,
      Entrypoint: ['cat'],
      Cmd: [],
      // As the first process of its container it would hear nothing else, and an engine that ends would wait for it.
      StopSignal: 'SIGKILL',
      User: '65534:65534',
      Labels: { [labels.holder]: whoWeAre() },
      AttachStdin: true,
      OpenStdin: true,
      StdinOnce: true,
      NetworkDisabled: true,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: { AutoRemove: true, ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
    })
    .catch((error: unknown) => {
      if (isNameTaken(error)) return undefined
      throw error
    })
  return container && (await hold(container))
}

/** From here on the container lives as long as our end of its input. One that cannot be started is in nobody's way. */
async function hold(container: Container): Promise<AsyncDisposable> {
  const failed = new AbortController()
  try {
    const options = { stream: true, stdin: true, hijack: true, abortSignal: failed.signal }
    const input = (await container.attach(options)) as Duplex
    failed.signal.addEventListener('abort', () => input.destroy())
    // The engine may go away; what is done under the lock fails then by itself.
    input.on('error', () => {})
    await container.start()
    return { [Symbol.asyncDispose]: () => release(container, input) }
  } catch (error) {
    // The connection waits for our input whatever was answered, and would keep the process.
    failed.abort()
    await container.remove({ force: true }).catch(() => {})
    throw error
  }
}

async function release(container: Container, input: Duplex): Promise<void> {
  const removed = container.wait({ condition: 'removed' }).catch(() => {})
  input.end()
  await removed
}

/** Who holds a lock; undefined where it is gone by now. */
async function holderOf(lock: Container): Promise<string | undefined> {
  try {
    const { Config, State, Created } = await lock.inspect()
    // Its maker ended before it could start it.
    if (State.Status === 'created' && Date.now() - Date.parse(Created) > notStartedLimitMs) {
      await lock.remove({ force: true })
      return undefined
    }
    return Config.Labels[labels.holder] ?? 'somebody else'
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const notStartedLimitMs = 30_000
/** Where the engine does not tell of the end, for whatever reason. */
const lookAgainMs = 5_000

async function untilRemoved(lock: Container, signal: AbortSignal): Promise<void> {
  try {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(lookAgainMs)])
    await lock.wait({ condition: 'removed', abortSignal })
  } catch {
    // Gone already, or it is time to look again.
  }
}

/** For the one who has to wait. */
function whoWeAre(): string {
  return `${userName()} on ${hostname()} (process ${process.pid})`
}

/** A user of a container may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.()}`
  }
}
