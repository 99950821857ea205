import { stat } from 'node:fs/promises'
import type { Clock } from '../shared/clock.ts'
import { UsageError } from '../shared/errors.ts'
import type { StopRequests } from './stop-requests.ts'

/** How often is looked: a host that takes a folder away from under a container tells nobody inside. */
const lookEveryMs = 2_000

/** What looking for something says when it is not there any more. */
const goneCodes = ['ENOENT', 'ENOTDIR', 'ESTALE']

/**
 * Asks the worker to leave, in no hurry, once a file or folder is gone. With it a worker leaves whose container was removed without
 * being ended, which engines do that were killed while the container began. Looks until it is disposed of.
 * @throws UsageError where it is not there to begin with
 */
export async function leaveWithout(
  path: string,
  { stop, clock }: { readonly stop: StopRequests; readonly clock: Clock },
): Promise<Disposable> {
  const links = await linksOf(path)
  if (links === undefined) throw new UsageError(`There is no ${path}, without which this worker is not to work.`)
  const over = new AbortController()
  untilGone(path, links, clock, over.signal).then(
    () => stop.ask('drain', { by: `${path} is gone`, exit: 'terminated' }),
    () => {},
  )
  return { [Symbol.dispose]: () => over.abort() }
}

async function untilGone(path: string, linksAtFirst: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(lookEveryMs, signal)
    const links = await linksOf(path)
    // What is mounted into a container keeps its name there when it is removed, and loses its last link. Some file systems count none.
    if (links === undefined || (links === 0 && linksAtFirst > 0)) return
  }
}

/** Undefined where nothing is there. What cannot be looked at counts as there. */
async function linksOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).nlink
  } catch (error) {
    return goneCodes.includes((error as NodeJS.ErrnoException).code ?? '') ? undefined : 1
  }
}
