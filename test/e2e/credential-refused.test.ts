import { describe, expect, it } from 'vitest'
import { apiErrors } from '../../src/dev/echo-model.ts'
import { claudeProgram, inventedToken } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const fiveMinutesMs = 300_000
/** No process but the one that a job needs. */
const oneProcess = { claude: { warm: 0 } } as const

describe.skipIf(claudeProgram() === undefined)('a worker whose credential the model service refuses', () => {
  it('fails the job, leaves, and ends with the source of the credential', async () => {
    await using house = await openHouse({ worker: oneProcess, model: { acceptToken: new Set<string>() } })
    const job = house.ask('one')
    const next = house.ask('two')
    expect(await job.done).toMatchObject({
      kind: 'error',
      message: { error: "Claude's credential was refused", details: expect.any(String) },
    })
    const { exit, error } = await house.worker.ended
    expect(exit).toBe('refused')
    expect(error).toMatchObject({
      code: 'CREDENTIAL_REFUSED',
      message: expect.stringMatching(
        /^The model service refused Claude's credential \(source: CLAUDE_CODE_OAUTH_TOKEN\): /,
      ),
      hint: expect.stringContaining('claude setup-token'),
    })
    expect(`${error?.message} ${error?.hint}`).not.toContain(inventedToken)
    expect(house.closed).toMatchObject([{ code: 1000 }])
    expect(house.router.waiting).toEqual([next.jobId])
  })

  it('says when it has none at all', async () => {
    await using house = await openHouse({ worker: { claude: { warm: 0, credential: undefined } } })
    expect(await house.ask('one').done).toMatchObject({ kind: 'error' })
    const { exit, error } = await house.worker.ended
    expect([exit, error?.message]).toEqual(['refused', expect.stringContaining('(none was given)')])
    expect(house.model.requests).toEqual([])
  })

  it('does the same where the permission is missing', async () => {
    await using house = await openHouse({ worker: oneProcess })
    house.model.always(apiErrors.forbidden())
    expect(await house.ask('one').done).toMatchObject({ kind: 'error' })
    expect(await house.worker.ended).toMatchObject({ exit: 'refused', error: { code: 'CREDENTIAL_REFUSED' } })
  })

  it('where it is to hold, stays away and comes back when a question is answered', async () => {
    const clock = new WatchedClock()
    let isAccepted = false
    await using house = await openHouse({
      worker: { clock, onAuthFailure: 'hold', ...oneProcess },
      model: { acceptToken: () => isAccepted },
    })
    expect(await house.ask('one').done).toMatchObject({ kind: 'error' })
    expect(await house.worker.reached('auth_failed')).toMatchObject({ reason: "Claude's credential was refused" })
    await house.router.until(({ workers }) => workers.length === 0, 'the worker to leave')
    const next = house.ask('two')
    await clock.waitOf(fiveMinutesMs)
    clock.advance(fiveMinutesMs)
    await clock.waitOf(fiveMinutesMs)
    expect(house.router.waiting).toEqual([next.jobId])
    isAccepted = true
    house.worker.retryNow()
    expect(await next.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: two' } })
    expect(house.worker.states.filter((state) => state !== 'busy' && state !== 'idle')).toEqual([
      'draining',
      'auth_failed',
      'reconnecting',
    ])
  })
})
