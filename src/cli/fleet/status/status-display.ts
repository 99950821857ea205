import type { OutOfPatienceError } from '../patience.ts'
import type { StatusDocument } from './status-document.ts'

/** Shows one look after the other. */
export interface StatusDisplay {
  show(document: StatusDocument): void
  /** Nothing comes any more: what was changed at a terminal is put back, and what belongs to the end is said. */
  end(last: StatusDocument | undefined, ended: OutOfPatienceError | undefined): void
}

/** Where a display writes, and what it is about. */
export interface StatusOutput {
  /** The result. */
  readonly print: (text: string) => void
  /** What people should know beside it. */
  readonly tell: (line: string) => void
  readonly colour: boolean
}
