import type { Clock } from '../../shared/clock.ts'
import type { HandOut, HandOutDeps } from './hand-out.ts'
import { ImmediateHandOut } from './immediate-hand-out.ts'
import type { ReaderLengths } from './readers/reader-lengths.ts'
import { type NoteMove, WindowedHandOut } from './readers/windowed-hand-out.ts'

/** How jobs get to workers. */
export interface HandOutOptions {
  readonly clock: Clock
  /** Set where jobs are read in windows; else they are handed out at once. */
  readonly readerLengths?: ReaderLengths | undefined
  /** How long the job of a lost worker waits before another may have it; where jobs are read in windows, these decide. */
  readonly redeliverAfterMs: number
}

/** The way of handing out that the options ask for. */
export function makeHandOut(
  { clock, readerLengths: lengths, redeliverAfterMs }: HandOutOptions,
  { note, ...deps }: HandOutDeps & { readonly note: NoteMove },
): HandOut {
  if (!lengths) return new ImmediateHandOut({ ...deps, clock, redeliverAfterMs })
  return new WindowedHandOut({ ...deps, clock, lengths, note })
}
