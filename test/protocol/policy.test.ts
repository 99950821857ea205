import { describe, expect, it } from 'vitest'
import { policyObjection, policySchema } from '../../src/protocol/policy.ts'

describe('whether Claude Code can serve under a policy', () => {
  it.each([
    [{ worker_type: 'cli', cli_type: 'claude' }, undefined],
    [{ worker_type: 'cli' }, undefined],
    [{ worker_type: null, cli_type: null }, undefined],
    [{}, undefined],
    [{ worker_type: 'gpu' }, 'this key belongs to a GPU provider, not to CLI workers'],
    [{ worker_type: 'tools', cli_type: 'claude' }, 'this key belongs to a TOOLS provider, not to CLI workers'],
    [{ worker_type: 'cli', cli_type: 'cursor' }, 'this key is for cursor workers; auxot serves Claude Code only'],
    [{ cli_type: 'codex' }, 'this key is for codex workers; auxot serves Claude Code only'],
  ])('%j: %s', (policy, objection) => {
    expect(policyObjection(policySchema.parse(policy))).toBe(objection)
  })
})
