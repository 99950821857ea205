import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/shared/errors.ts'
import { Secret } from '../../src/shared/secret.ts'
import { ClaudeFailure } from '../../src/worker/claude/claude-failure.ts'
import { type LeaveFacts, planLeave } from '../../src/worker/plan-leave.ts'

const credential = { kind: 'oauth-token', secret: new Secret('token', 'CLAUDE_CODE_OAUTH_TOKEN') } as const

function facts(facts: { onAuthFailure?: 'exit' | 'hold' } & Partial<Omit<LeaveFacts, 'config'>> = {}): LeaveFacts {
  const { onAuthFailure = 'exit', forced, error } = facts
  return { forced, error, config: { onAuthFailure, claude: { credential } as LeaveFacts['config']['claude'] } }
}

const refused = new ClaudeFailure('refused', { class: 'auth', details: 'Invalid token' })

describe('leaving', () => {
  it('is the end where the worker was asked to stop', () => {
    expect(planLeave({ kind: 'stop', linger: false }, facts())).toEqual({ end: { exit: 'done', error: undefined } })
  })

  it('shows in the exit where work was not waited for, before anything else', () => {
    const error = new UsageError('another policy')
    const plan = planLeave({ kind: 'stop', linger: false }, facts({ forced: 'drainDeadline', error }))
    expect(plan).toEqual({ end: { exit: 'drainDeadline', error } })
  })

  it('is the end with an error where the worker cannot go on', () => {
    const error = new UsageError('another policy')
    expect(planLeave({ kind: 'stop', linger: false }, facts({ error }))).toEqual({ end: { exit: 'usage', error } })
  })

  it('is the end where the credential is refused, with its source', () => {
    expect(planLeave({ kind: 'auth_failed', linger: false, failure: refused }, facts())).toMatchObject({
      end: { exit: 'refused', error: { message: expect.stringContaining('source: CLAUDE_CODE_OAUTH_TOKEN') } },
    })
  })

  it('is a time away where a refused credential is to be waited for', () => {
    const plan = planLeave({ kind: 'auth_failed', linger: false, failure: refused }, facts({ onAuthFailure: 'hold' }))
    expect(plan).toEqual({ away: { kind: 'auth_failed', untilMs: undefined, reason: 'refused' } })
  })

  it.each([
    [1_800_000_600, 1_800_000_600_000],
    [undefined, undefined],
  ])('is a time away at the rate limit, until it resets where that is known: %s', (resetsAt, untilMs) => {
    const rateLimit = { status: 'rejected', resetsAt } as const
    const failure = new ClaudeFailure('rate limit reached', { class: 'rate_limit', rateLimit })
    const plan = planLeave({ kind: 'rate_limited', linger: false, failure }, facts())
    expect(plan).toEqual({ away: { kind: 'rate_limited', untilMs, reason: 'rate limit reached' } })
  })
})
