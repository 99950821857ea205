import { describe, expect, it } from 'vitest'
import { isCoordinatorJob, jobSchema } from '../../src/protocol/job.ts'

describe('whether a job is a coordinator’s', () => {
  it.each([
    [{}, false],
    [{ reference_id: '', compaction_session_id: null, caller_tools: null }, false],
    [{ model: 'opus', tools: [{ function: { name: 't' } }] }, false],
    [{ reference_id: 'r' }, true],
    [{ compaction_session_id: 's' }, true],
    [{ caller_tools: [] }, true],
    [{ caller_tools: ['t'] }, true],
  ])('%j: %s', (fields, expected) => {
    expect(isCoordinatorJob(jobSchema.parse({ type: 'job', job_id: 'a', ...fields }))).toBe(expected)
  })
})
