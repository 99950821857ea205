import { UsageError } from '../../../shared/errors.ts'
import { nearest } from '../../../shared/nearest.ts'
import type { Target } from './target.ts'

/** So much of a container's id has to be given: fewer letters are a slip of the finger. */
const shortestPrefix = 4

/** The workers that ids stand for, each once, in the order of the ids. Ids that stand for none are left over. */
export function pickTargets(
  ids: readonly string[],
  targets: readonly Target[],
): { readonly picked: readonly Target[]; readonly unknown: readonly string[] } {
  const picks = ids.map((id) => ({ id, target: pick(id.trim(), targets) }))
  const picked = new Set(picks.flatMap(({ target }) => target ?? []))
  return { picked: [...picked], unknown: picks.flatMap(({ id, target }) => (target ? [] : [id])) }
}

/** An exact name goes before the beginning of a container's id. @throws UsageError where several bear it */
function pick(id: string, targets: readonly Target[]): Target | undefined {
  const named = targets.filter((target) => target.id === id || target.aliases.includes(id))
  const found = named.length > 0 ? named : startingWith(id, targets)
  if (found.length < 2) return found[0]
  throw new UsageError(`"${id}" stands for several workers: ${found.map((target) => target.id).join(', ')}`, {
    hint: 'Name one of them.',
  })
}

function startingWith(id: string, targets: readonly Target[]): readonly Target[] {
  if (id.length < shortestPrefix || !/^[0-9a-f]+$/.test(id)) return []
  return targets.filter(({ container }) => container?.startsWith(id))
}

/** Ids that stand for no worker here. What does not look like one is not repeated: a secret may have been pasted. */
export function unknownWorkers(ids: readonly string[], targets: readonly Target[]): UsageError {
  const names = ids.map((id) => (/^[\w.-]{1,64}$/.test(id) ? `"${id}"` : 'of such a name'))
  const message =
    names.length === 1 ? `There is no worker ${names[0]} here` : `There are no workers ${names.join(', ')} here`
  const known = targets.map(({ id }) => id)
  const near = [...new Set(ids.flatMap((id) => nearest(id, known) ?? []))]
  const list = known.length === 0 ? 'No worker was found at all.' : '"auxot worker status" lists those that are.'
  return new UsageError(message, { hint: near.length > 0 ? `Did you mean ${near.join(', ')}?` : list })
}
