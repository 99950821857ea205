import { describe, expect, it } from 'vitest'
import { type BuiltinTools, planBuiltins } from '../../../src/worker/jobs/plan-builtins.ts'

describe("Claude Code's own tools in a job", () => {
  it.each<[BuiltinTools, string[], BuiltinTools]>([
    ['all', [], []],
    ['all', ['All'], 'all'],
    ['all', ['default'], 'all'],
    ['all', ['Read', 'ALL'], 'all'],
    ['all', ['Read', 'Bash', 'Read'], ['Read', 'Bash']],
    ['all', ['none'], []],
    [[], ['All'], []],
    [['Bash', 'Read'], ['default'], ['Bash', 'Read']],
    [
      ['Bash', 'Read', 'Grep'],
      ['Grep', 'Write', 'Bash'],
      ['Bash', 'Grep'],
    ],
    [['Bash'], [], []],
    [['Bash'], ['bash'], []],
  ])('are, for a host that allows %j and a policy of %j, %j', (host, policy, builtin) => {
    expect(planBuiltins(host, policy, [])).toEqual({ builtin, builtinOff: [] })
  })

  it("are without those that share a name with one of the job's tools", () => {
    expect(planBuiltins(['Bash', 'Read'], ['All'], ['Bash', 'look'])).toEqual({ builtin: ['Read'], builtinOff: [] })
    expect(planBuiltins('all', ['Bash', 'Read'], ['Bash'])).toEqual({ builtin: ['Read'], builtinOff: [] })
  })

  it('are named one by one where all of them are on', () => {
    const jobTools = ['Bash', 'look', 'mcp__auxot__look', 'Bash(rm:*)', 'WebFetch', 'Bash']
    expect(planBuiltins('all', ['All'], jobTools)).toEqual({ builtin: 'all', builtinOff: ['Bash', 'WebFetch'] })
  })
})
