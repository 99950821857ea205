import { AuxotError } from '../shared/errors.ts'

/** There was no router to have a job from for as long as the worker may be without one. */
export class RouterUnreachableError extends AuxotError {
  /** @param reason why it could not be reached, a clause without a full stop */
  constructor(reason: string | undefined) {
    const why = reason === undefined ? '' : `: ${reason}`
    super(`The router was not reached within the time of --exit-after-idle${why}`, {
      code: 'ROUTER_UNREACHABLE',
      exit: 'unreachable',
      hint: '"auxot doctor" looks at the way to it.',
      retryable: true,
    })
  }
}
