import { type Job, jobSchema, type SentJob } from '../../../src/protocol/job.ts'

/** A job as it comes out of the router's frame, from the fields that matter to a test. */
export function sentJob(fields: Partial<SentJob> = {}): Job {
  return jobSchema.parse({ type: 'job', job_id: 'job-1', messages: [{ role: 'user', content: 'Hello' }], ...fields })
}

/** One call as callers write it. */
export function sentCall(id: string, name: string, input = '{}') {
  return { id, type: 'function', function: { name, arguments: input } }
}

/** One tool as callers write it. */
export function sentTool(name: string, parameters?: unknown, description?: string) {
  return { type: 'function', function: { name, description, parameters } }
}

/** The smallest PNG. */
export const pngData =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
