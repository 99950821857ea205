import type { ScaleSettings, WorkerSecrets } from './resolve-scale.ts'

/** What one Claude Code process takes, by measurement: 182 MB after its first turn, 224 after fifty. */
const processBytes = 225 * 1_024 ** 2
/** The worker itself. */
const workerBytes = 110 * 1_024 ** 2

interface Resolved {
  readonly settings: Pick<ScaleSettings, 'values'>
  readonly secrets: Pick<WorkerSecrets, 'credential'>
}

/** What an operator should know before workers are made. */
export function scaleWarnings({ settings: { values }, secrets }: Resolved): readonly string[] {
  const { note } = secrets.credential
  return [...(note === undefined ? [] : [note]), ...tooLittleMemory(values)]
}

/** All slots busy, as many parked as there may be, and every conversation kept. */
function tooLittleMemory({ concurrency, warm, kept, memory }: ScaleSettings['values']): string[] {
  const processes = concurrency + warm * concurrency + kept
  const needed = workerBytes + processes * processBytes
  if (needed <= memory) return []
  const gigabytes = Math.ceil((needed / 1_024 ** 3) * 2) / 2
  return [
    `${processes} Claude Code processes at a time may need more than the ${(memory / 1_024 ** 3).toFixed(1)} GiB of a worker. ` +
      `Give --memory ${gigabytes}g, or lower --concurrency, --warm or --kept.`,
  ]
}
