import { AuxotError, type ErrorFacts } from '../shared/errors.ts'

/** A backend cannot be reached, or refuses what it is asked for. One sentence, and the way out. */
export class BackendError extends AuxotError {
  constructor(message: string, options: Pick<ErrorFacts, 'hint' | 'cause' | 'retryable'> & { code?: string } = {}) {
    super(message, { code: 'BACKEND', exit: 'noBackend', ...options })
  }
}

/** Somebody else changes the same fleet. */
export class FleetLockedError extends AuxotError {
  constructor(fleet: string, holder: string) {
    super(`The fleet "${fleet}" is being changed by ${holder}`, {
      code: 'FLEET_LOCKED',
      exit: 'locked',
      hint: 'Try again when that has ended, or wait longer with --lock-wait.',
      retryable: true,
    })
  }
}
