import type { WorkerOnTrial } from '../../support/worker-on-trial.ts'

/** Why jobs did not go on in a kept process, one reason for each that did not, as the worker's log tells it. */
export function missesOf({ log }: WorkerOnTrial): string[] {
  const lines = log.lines.filter(({ sentence }) => sentence === 'not in a kept session')
  return lines.map(({ fields }) => (fields as { reason: string }).reason)
}
