import { describe, expect, it } from 'vitest'
import { planLimits } from '../../../src/worker/jobs/plan-limits.ts'
import type { PlanNote } from '../../../src/worker/jobs/plan-note.ts'
import { sentJob } from './sent-job.ts'

function limits(fields: Parameters<typeof sentJob>[0]) {
  const notes: PlanNote[] = []
  const planned = planLimits(sentJob(fields), (field, problem) => notes.push({ field, problem }))
  return { ...planned, notes }
}

const nothing = { effort: undefined, maxTokens: undefined, temperature: undefined, notes: [] }

describe('limits of a job', () => {
  it.each([{}, { reasoning_effort: null, max_tokens: null, temperature: null }, { reasoning_effort: '' }])(
    'leaves everything to the model when %j says nothing',
    (fields) => {
      expect(limits(fields)).toEqual(nothing)
    },
  )

  it.each([
    ['none', 'off'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    [' High ', 'high'],
  ])('takes the effort %j as %s', (reasoning_effort, effort) => {
    expect(limits({ reasoning_effort })).toEqual({ ...nothing, effort })
  })

  it.each([
    ['minimal', 'low', '"minimal" is not known, "low" is used'],
    ['xhigh', 'high', '"xhigh" is not known, "high" is used'],
    ['MAX', 'high', '"max" is not known, "high" is used'],
    ['lots', undefined, `"lots" is not known, the model's own default is used`],
    ['x'.repeat(50), undefined, `"${'x'.repeat(40)}" is not known, the model's own default is used`],
  ])('notes the effort %j and uses %s', (reasoning_effort, effort, problem) => {
    expect(limits({ reasoning_effort })).toEqual({
      ...nothing,
      effort,
      notes: [{ field: 'reasoning_effort', problem }],
    })
  })

  it.each([1, 700, 2_000_000])('takes a token limit of %d', (max_tokens) => {
    expect(limits({ max_tokens })).toEqual({ ...nothing, maxTokens: max_tokens })
  })

  it.each([0, -1, 1.5, 1e21])('notes a token limit of %d and leaves it out', (max_tokens) => {
    const problem = `${max_tokens} is no positive whole number, the model's own limit is used`
    expect(limits({ max_tokens })).toEqual({ ...nothing, notes: [{ field: 'max_tokens', problem }] })
  })

  it.each([0, 0.3, 1])('takes a temperature of %d', (temperature) => {
    expect(limits({ temperature })).toEqual({ ...nothing, temperature })
  })

  it.each([
    [1.2, 1],
    [2, 1],
    [-0.1, 0],
  ])('notes a temperature of %d and uses %d', (asked, temperature) => {
    const problem = `${asked} is not between 0 and 1, ${temperature} is used`
    expect(limits({ temperature: asked })).toEqual({
      ...nothing,
      temperature,
      notes: [{ field: 'temperature', problem }],
    })
  })
})
