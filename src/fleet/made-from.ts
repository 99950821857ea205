import type { WorkerSpec } from './worker-spec.ts'

/** What of a worker can be told apart when its fingerprint is another: only to say why, not to decide. */
export interface MadeFrom {
  readonly imageId: string
  /** Everything that is neither the image nor a file, by the flag or the variable that it comes from. */
  readonly settings: Readonly<Record<string, string>>
}

/** What workers of a spec are made from, apart. No secret is in it. */
export function madeFrom({ imageId, env, limits, network }: WorkerSpec): MadeFrom {
  const { memoryBytes, cpus, pids } = limits
  const flags = { '--memory': `${memoryBytes / 1_024 ** 2}m`, '--cpus': `${cpus}`, '--pids-limit': `${pids}` }
  return { imageId, settings: { ...env, ...flags, '--network': network } }
}

/** So many settings are named. */
const mostNames = 3
/** Longer values are left out. */
const longestValue = 30

/** What a worker was made from and is not wanted any more, as far as that can be told; a clause. */
export function differenceOf(was: MadeFrom | undefined, wanted: MadeFrom | undefined): string {
  if (!was || !wanted) return 'it was made from something else'
  if (was.imageId !== wanted.imageId) return 'its image is another one'
  const names = Object.keys({ ...was.settings, ...wanted.settings }).sort()
  const others = names.filter((name) => was.settings[name] !== wanted.settings[name])
  if (others.length === 0) return 'its secrets or certificates are others'
  const named = others.slice(0, mostNames).map((name) => change(name, was.settings[name], wanted.settings[name]))
  const rest = others.length - named.length
  return `its settings are others: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** A worker is not given what is the default. */
function change(name: string, was = 'default', is = 'default'): string {
  return was.length > longestValue || is.length > longestValue ? name : `${name} ${was} → ${is}`
}
