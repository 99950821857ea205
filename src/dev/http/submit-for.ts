import type { ServerResponse } from 'node:http'
import type { JobHandle } from '../routing/job-handle.ts'
import type { HttpDeps } from './http-deps.ts'
import type { JobRequest } from './job-request.ts'

/** Submits a job for a caller; when the caller leaves before the answer has ended, the router hears of it. */
export function submitFor(response: ServerResponse, deps: HttpDeps, request: JobRequest): JobHandle {
  const handle = deps.submit(request)
  response.once('close', () => {
    if (!response.writableFinished) deps.abandon(handle.jobId)
  })
  return handle
}
