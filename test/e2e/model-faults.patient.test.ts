import { describe, expect, it } from 'vitest'
import { apiErrors, Gate, type Reply } from '../../src/dev/echo-model.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const begun: readonly (readonly [string, Reply])[] = [
  ['its connection is cut', { blocks: [text('half')], interrupted: { after: 'chunks', by: 'cut' } }],
  [
    'it reports an error',
    {
      blocks: [text('half')],
      interrupted: { after: 'chunks', by: { type: 'overloaded_error', message: 'Overloaded' } },
    },
  ],
]

describe.skipIf(claudeProgram() === undefined)('a model service that fails', () => {
  it.each([
    ['500', apiErrors.internal(), 'the model service failed', 'server_error'],
    ['529', apiErrors.overloaded(), 'the model service is overloaded, try again later', 'overloaded'],
  ] as const)(
    'again and again is asked three times, and then the caller hears of it: %s',
    async (_, reply, error, kind) => {
      const clock = new WatchedClock({ skipsSleeps: true })
      await using house = await openHouse({ worker: { clock } })
      house.model.always(reply)
      const begunAt = clock.now()
      const job = house.ask('one')
      expect(await job.done).toMatchObject({ kind: 'error', message: { error, details: expect.any(String) } })
      expect([house.model.requests.length, clock.sleeps]).toEqual([3, [500, 1_500]])
      expect(clock.now() - begunAt).toBeLessThan(15_000)
      expect(await house.worker.next('job_finished')).toMatchObject({ outcome: 'failed', failure: { class: kind } })
      expect(house.worker.states).toEqual(['idle', 'busy', 'idle'])
    },
  )

  it('once is asked again, and the caller notices nothing', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock } })
    house.model.script(apiErrors.overloaded())
    const job = house.ask('one')
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
    expect([house.model.requests.length, clock.sleeps]).toEqual([2, [500]])
  })

  it('slowly is asked no more once 15 seconds have passed since it first failed', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock, claude: { modelRetries: 100 } } })
    const failedAt: number[] = []
    house.model.always(() => {
      clock.advance(3_000)
      failedAt.push(clock.now())
      return apiErrors.overloaded()
    })
    expect(await house.ask('one').done).toMatchObject({ kind: 'error' })
    expect(clock.now() - (failedAt[0] ?? 0)).toBeLessThan(15_000)
    expect(house.model.requests.length).toBe(failedAt.length)
    expect(clock.sleeps).toEqual([500, 1_500, 4_000].slice(0, failedAt.length - 1))
  })

  it('is not asked again where that is switched off', async () => {
    await using house = await openHouse({ worker: { claude: { modelRetries: 0 } } })
    house.model.always(apiErrors.overloaded())
    expect(await house.ask('one').done).toMatchObject({ kind: 'error' })
    expect(house.model.requests.length).toBe(1)
  })

  it.each(begun)('in the middle of an answer is not asked again: %s', async (_, reply) => {
    const gate = new Gate()
    await using house = await openHouse()
    house.model.script({ ...reply, gate })
    const job = house.ask('one')
    gate.release()
    await house.router.next('token')
    gate.open()
    expect(await job.done).toMatchObject({
      kind: 'error',
      message: { error: expect.stringMatching(/^the model service/) },
    })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'error'])
    expect(house.model.requests.length).toBe(1)
  })

  it('before the first word of a stream that it had begun is asked again', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock } })
    house.model.script({ blocks: [], interrupted: { after: 'start', by: 'cut' } })
    expect(await house.ask('one').done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect([house.model.requests.length, clock.sleeps]).toEqual([2, [500]])
  })

  it.each([
    [
      'a request that it does not understand',
      apiErrors.invalidRequest('messages: bad'),
      'messages: bad',
      'invalid_request',
    ],
    ['a prompt that is too long', apiErrors.promptTooLong(), 'Prompt is too long', 'context_overflow'],
    ['usage by other applications', apiErrors.thirdPartyUsage(), 'Third-party apps now draw', 'third_party_usage'],
  ] as const)('because of %s is not asked again, and the caller gets its words', async (_, reply, words, kind) => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock } })
    house.model.always(reply)
    expect(await house.ask('one').done).toMatchObject({
      kind: 'error',
      message: { error: expect.stringContaining(words) },
    })
    expect(await house.worker.next('job_finished')).toMatchObject({ failure: { class: kind } })
    expect([clock.sleeps, house.closed]).toEqual([[], []])
  })
})
