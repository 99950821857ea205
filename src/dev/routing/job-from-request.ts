import { randomBytes } from 'node:crypto'
import type { SentJob } from '../../protocol/job.ts'
import type { JobRequest } from '../http/job-request.ts'

/** A job's id, which is the completion's id in the chat API as well. */
export function makeJobId(): string {
  return `chatcmpl-${randomBytes(12).toString('hex')}`
}

/** Names that stand for "whatever model there is". */
const anyModel = new Set(['', 'auxot', 'default'])

/**
 * An API request as a coordinator's job: the tools that came with it are the caller's to run. What the public router
 * does not send is left out by its dialect.
 */
export function jobFromRequest({ model, tools, ...request }: JobRequest, liveTools: JobRequest['tools']): SentJob {
  const callerTools = tools ?? []
  const all = [...callerTools, ...(liveTools ?? [])]
  return {
    type: 'job',
    job_id: makeJobId(),
    ...request,
    model: anyModel.has(model ?? '') ? undefined : model,
    tools: all.length > 0 ? all : undefined,
    caller_tools: callerTools.map((tool) => tool.function.name),
    reference_id: request.reference_id ?? `ref_${randomBytes(8).toString('hex')}`,
  }
}
