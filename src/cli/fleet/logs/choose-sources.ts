import type { LogSource } from '../../../fleet/drivers/logs/log-line.ts'
import { UsageError } from '../../../shared/errors.ts'
import { nearest } from '../../../shared/nearest.ts'

type Wants = (source: LogSource) => boolean

/** So much of a container's id has to be given: fewer letters are a slip of the finger. */
const shortestPrefix = 4

/**
 * Which containers an id stands for, later ones too: a worker's name stands for all that bear it, one after the other.
 * @throws UsageError where it stands for none, or for several
 */
export function chooseSources(id: string | undefined, sources: readonly LogSource[]): Wants {
  if (id === undefined) return () => true
  if (sources.some(({ worker }) => worker === id)) return ({ worker }) => worker === id
  const named = sources.filter(({ containerName }) => containerName === id || containerName === `auxot-${id}`)
  const found = named.length > 0 ? named : startingWith(id, sources)
  const [first, ...others] = found
  if (!first) throw unknownWorker(id, sources)
  if (others.length === 0) return ({ container }) => container === first.container
  const names = found.map(({ containerName }) => containerName).join(', ')
  throw new UsageError(`"${id}" stands for several containers: ${names}`, { hint: 'Name one of them.' })
}

function startingWith(id: string, sources: readonly LogSource[]): readonly LogSource[] {
  if (id.length < shortestPrefix || !/^[0-9a-f]+$/.test(id)) return []
  return sources.filter(({ container }) => container.startsWith(id))
}

/** What does not look like a name is not repeated: a secret may have been pasted. */
function unknownWorker(id: string, sources: readonly LogSource[]): UsageError {
  const known = [...new Set(sources.flatMap(({ worker, containerName }) => [worker, containerName]))]
  const near = nearest(id, known)
  const name = /^[\w.-]{1,64}$/.test(id) ? `"${id}"` : 'of such a name'
  return new UsageError(`There is no worker ${name} in a container here`, { hint: wayOut(id, near, sources) })
}

function wayOut(id: string, near: string | undefined, sources: readonly LogSource[]): string {
  if (/^(pid-)?\d+(-\d+)?$/.test(id)) return 'A worker in the foreground writes its log to its own stderr.'
  if (near !== undefined) return `Did you mean ${near}?`
  const workers = [...new Set(sources.map(({ worker }) => worker))].slice(0, 20)
  return workers.length === 0 ? 'There are no workers in containers.' : `There are: ${workers.join(', ')}.`
}
