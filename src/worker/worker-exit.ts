import type { AuxotError } from '../shared/errors.ts'
import type { ExitName } from '../shared/exit-codes.ts'

/** How a worker ended. */
export interface WorkerExit {
  readonly exit: ExitName
  readonly error?: AuxotError | undefined
}
