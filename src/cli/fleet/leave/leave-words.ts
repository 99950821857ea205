import { formatDuration } from '../../../shared/duration.ts'
import { printable } from '../../printable.ts'
import type { Leaving } from './leave-one.ts'

/** A step as a line of progress: `- default-3 draining (job 42)`, `- default-3 left 3.2s`, `! default-3 stays: …`. */
export function leaveLine({ target, accepted, state, job, reason, left, durationMs }: Leaving): string {
  const { id } = target
  if (!accepted) return printable(`! ${id} stays: ${reason}`)
  if (left && target.state === 'stopped') return `- ${id} had left already`
  if (left) return `- ${id} left ${formatDuration(durationMs)}`
  const aside = reason ?? (job && `job ${job.id}`)
  return printable(`- ${id} ${state}${aside === undefined ? '' : ` (${aside})`}`)
}

/** The end in one sentence: `2 workers have left, 1 leaves, 1 stays.` */
export function leaveSentence(leavings: readonly Leaving[]): string {
  if (leavings.length === 0) return 'No worker is here that could leave.'
  const left = leavings.filter((each) => each.left).length
  const staying = leavings.filter((each) => !each.accepted).length
  const leaving = leavings.length - left - staying
  const parts = [
    ...(left > 0 ? [`${counted(left)} ${left === 1 ? 'has' : 'have'} left`] : []),
    ...(leaving > 0 ? [`${counted(leaving)} ${leaving === 1 ? 'leaves' : 'leave'}`] : []),
    ...(staying > 0 ? [`${counted(staying)} ${staying === 1 ? 'stays' : 'stay'}`] : []),
  ]
  return `${parts.join(', ')}.`
}

function counted(count: number): string {
  return `${count} worker${count === 1 ? '' : 's'}`
}
