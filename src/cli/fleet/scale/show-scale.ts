import type { DoneAction } from '../../../fleet/scaling/scale-run.ts'
import type { ScaleOutcome } from './scale-document.ts'

/** A scale in one line for people: what there was, what there is, and what is not as it was wanted. */
export function scaleText({ fleet, requested, before, after, converged, dryRun, actions }: ScaleOutcome): string {
  if (dryRun) return `${fleet}=${before}, ${requested} wanted: nothing was changed`
  const size = before === after ? `${fleet}=${after}` : `${fleet}=${after} (was ${before})`
  if (converged) return size
  const results = actions.filter((action): action is DoneAction => 'result' in action)
  const open = results.filter(({ result }) => !['ready', 'gone', 'kept'].includes(result)).map(({ worker }) => worker)
  return `${size}, ${requested} wanted${open.length === 0 ? '' : `; not there yet: ${[...new Set(open)].join(', ')}`}`
}
