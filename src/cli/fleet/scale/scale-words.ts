import { jobOf } from '../../../fleet/member.ts'
import type { ScaleAction } from '../../../fleet/scale-plan.ts'
import type { DoneAction, ScaleProgress, ScaleResult } from '../../../fleet/scaling/scale-run.ts'
import { formatDuration } from '../../../shared/duration.ts'

const marks: Readonly<Record<ScaleAction['op'], string>> = {
  create: '+',
  start: '+',
  replace: '~',
  drain: '-',
  remove: '-',
  keep: '=',
}

/** `- default-5 drain: fewer are wanted (busy with job 42)` */
export function planLine(action: ScaleAction): string {
  const { op, worker, reason, member } = action
  const job = member && jobOf(member)
  const was = member ? ` (${member.state}${job === undefined ? '' : ` with job ${job}`})` : ''
  return `${marks[op]} ${worker} ${op}: ${reason}${was}`
}

/** `- default-5 leaves at a moment that stalls no caller` */
export function progressLine({ action: { op, worker }, doing }: ScaleProgress): string {
  return `${marks[op]} ${worker} ${doing}`
}

const resultWords: Readonly<Record<ScaleResult, string>> = {
  ready: 'ready',
  begun: 'begun, not waited for to the end',
  skipped: 'not begun',
  gone: 'gone',
  kept: 'kept',
  busy: 'stays',
  failed: 'failed',
}

/** `+ default-4 ready 6.2s` */
export function doneLine(action: DoneAction): string {
  const { op, worker, durationMs } = action
  return `${marks[op]} ${worker} ${doneWords(action)} ${formatDuration(durationMs)}`
}

/** `ready`, `failed (auth_failed): the router refused the worker key` */
export function doneWords({ result, state, detail }: DoneAction): string {
  const why = detail === undefined ? '' : `: ${detail}`
  return `${resultWords[result]}${state === undefined ? '' : ` (${state})`}${why}`
}
