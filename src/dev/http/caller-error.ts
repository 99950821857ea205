/** Something that ends an API call with an HTTP status and a sentence for its caller. */
export class CallerError extends Error {
  readonly status: number
  /** The kind of error in the API's own words: `invalid_request_error`, `authentication_error`, … */
  readonly type: string

  constructor(status: number, type: string, message: string) {
    super(message)
    this.name = 'CallerError'
    this.status = status
    this.type = type
  }
}

/** The body cannot be taken as a request. */
export function invalidRequest(message: string): CallerError {
  return new CallerError(400, 'invalid_request_error', message)
}
