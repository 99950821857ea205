import { AuxotError } from '../../shared/errors.ts'
import type { ExitName } from '../../shared/exit-codes.ts'

/** The request that a stopped worker left behind. The worker may have ended well; the command did not. */
export function stoppedEarly(exit: ExitName): AuxotError {
  return new AuxotError('The worker was stopped before it had answered', {
    code: 'STOPPED',
    exit: exit === 'done' ? 'interrupted' : exit,
  })
}
