/** What was asked for is not there: for most of what we ask, that is as good as done. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404
}

/** The state is what was asked for already: started, stopped, or being removed by somebody else. */
export function isDoneAlready(error: unknown): boolean {
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string }
  return (
    statusCode === 304 ||
    statusCode === 404 ||
    (statusCode === 409 && /removal of container .* in progress/i.test(message))
  )
}

/** What was to be made has a name that something else has. Podman answers with 500 then. */
export function isNameTaken(error: unknown): boolean {
  const { statusCode, message = '' } = error as { statusCode?: number; message?: string }
  return statusCode === 409 || (statusCode === 500 && /\bname .* is already in use/i.test(message))
}
