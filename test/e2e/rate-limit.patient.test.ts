import { describe, expect, it } from 'vitest'
import { apiErrors, Gate, rateLimitHeaders } from '../../src/dev/echo-model.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { openHouse } from '../support/house.ts'
import { text, user } from '../support/job-parts.ts'
import { conversationOf } from '../support/model-request.ts'
import { WatchedClock } from '../support/watched-clock.ts'

const quarterHourMs = 900_000
/** No process but the one that a job needs. */
const oneProcess = { claude: { warm: 0 } } as const

/** The subscription's limit is reached; it resets at this time, where anybody knows. */
function limited(resetsAtSeconds?: number) {
  const facts = { status: 'rejected', claim: 'five_hour', ...(resetsAtSeconds && { resetsAtSeconds }) } as const
  return { ...apiErrors.rateLimited(), headers: rateLimitHeaders(facts) }
}

/** A clock, and a moment ten minutes later in seconds and as people write it. */
function tenMinutes() {
  const clock = new WatchedClock()
  const resetMs = clock.now() + 600_000
  return { clock, resetSeconds: resetMs / 1_000, iso: new Date(resetMs).toISOString() }
}

describe.skipIf(claudeProgram() === undefined)('a worker whose subscription has reached its limit', () => {
  it('says so, leaves, and is back when the limit resets', async () => {
    const { clock, resetSeconds, iso } = tenMinutes()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.model.script(limited(resetSeconds))
    const job = house.ask('one')
    expect(await job.done).toEqual({
      kind: 'error',
      message: {
        type: 'error',
        job_id: job.jobId,
        error: `rate limit reached, resets at ${iso}`,
        details: expect.stringMatching(/limit/),
      },
    })
    expect(await house.worker.reached('rate_limited')).toEqual({
      type: 'state',
      from: 'draining',
      to: 'rate_limited',
      reason: `rate limit reached, resets at ${iso}`,
      until: iso,
    })
    await house.router.until(({ workers }) => workers.length === 0, 'the worker to leave')
    await expect.poll(() => house.closed).toMatchObject([{ code: 1013 }])
    expect(house.model.requests.length).toBe(1)
    const next = house.ask('two')
    await clock.waitOf(600_000)
    clock.advance(599_999)
    expect(house.router.waiting).toEqual([next.jobId])
    clock.advance(1)
    expect(await next.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: two' } })
    // Nobody asked before the time that was named.
    expect(house.model.requests.length).toBe(2)
    expect(house.worker.states.slice(0, 6)).toEqual([
      'idle',
      'busy',
      'draining',
      'rate_limited',
      'reconnecting',
      'idle',
    ])
  })

  it('asks every quarter of an hour, where nobody says when the limit resets', async () => {
    const clock = new WatchedClock()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.model.script(limited(), limited(), { blocks: [text('ok')] })
    expect(await house.ask('one').done).toMatchObject({
      kind: 'error',
      message: { error: expect.stringMatching(/^rate limit reached/) },
    })
    expect(await house.worker.reached('rate_limited')).not.toHaveProperty('until')
    await clock.waitOf(quarterHourMs)
    clock.advance(quarterHourMs)
    await clock.waitOf(quarterHourMs)
    expect(house.model.requests.length).toBe(2)
    clock.advance(quarterHourMs)
    await house.worker.reached('reconnecting')
    await house.router.ready()
    const asked = house.model.requests.map(({ body }) => conversationOf(body).at(-1)?.content)
    expect(asked).toEqual([[text('one')], [text('Reply with the word ok.')], [text('Reply with the word ok.')]])
    expect(house.model.requests[2]?.body).toMatchObject({ model: 'claude-sonnet-4-6', max_tokens: 8 })
  })

  it('asks at once when somebody says so', async () => {
    const { clock, resetSeconds } = tenMinutes()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.model.script(limited(resetSeconds))
    await house.ask('one').done
    await house.worker.reached('rate_limited')
    house.worker.retryNow()
    await house.worker.reached('reconnecting')
    expect(await house.ask('two').done).toMatchObject({ kind: 'complete' })
    expect(clock.now()).toBe(new WatchedClock().now())
  })

  it('lets the other jobs end before it leaves, and starts none', async () => {
    const { clock, resetSeconds } = tenMinutes()
    await using house = await openHouse({ worker: { clock, concurrency: 2, ...oneProcess } })
    const gate = new Gate()
    house.model.script({ blocks: [text('to the end')], gate }, limited(resetSeconds))
    const long = house.ask('long')
    await gate.reached()
    expect(await house.ask('short').done).toMatchObject({ kind: 'error' })
    const late = house.ask('late')
    expect([house.router.workers.length, house.closed]).toEqual([1, []])
    gate.open()
    expect(await long.done).toMatchObject({ kind: 'complete', message: { full_response: 'to the end' } })
    await house.worker.reached('rate_limited')
    await house.add(oneProcess)
    expect(await late.done).toMatchObject({ kind: 'complete' })
    expect(house.worker.events.all.filter(({ type }) => type === 'job_started').length).toBe(2)
  })

  it('can give the job to another worker without a word', async () => {
    const { clock, resetSeconds } = tenMinutes()
    await using house = await openHouse({ worker: { clock, onRateLimit: 'requeue', ...oneProcess } })
    house.model.script(limited(resetSeconds))
    const job = house.ask('one')
    await house.worker.reached('rate_limited')
    expect(await house.worker.next('job_finished')).toMatchObject({
      outcome: 'returned',
      failure: { class: 'rate_limit' },
    })
    const other = await house.add(oneProcess)
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.map(({ type }) => type)).toEqual(['token', 'token', 'complete'])
    expect(await other.next('job_finished')).toMatchObject({ outcome: 'completed' })
  })

  it('tells a coordinator, which gives the job to another worker', async () => {
    const { clock, resetSeconds } = tenMinutes()
    await using house = await openHouse({ dialect: 'coordinator', worker: { clock, ...oneProcess } })
    house.model.script(limited(resetSeconds))
    const job = house.router.submit({ messages: [user('one')], reference_id: 'conversation' })
    await house.worker.reached('rate_limited')
    await house.add(oneProcess)
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'Echo: one' } })
    expect(job.messages.map(({ type }) => type)).toEqual(['job.overload', 'token', 'token', 'complete'])
    expect(job.messages[0]).toEqual({
      type: 'job.overload',
      job_id: job.jobId,
      retry_after_secs: 600,
      rate_limit_status: 'rejected',
      rate_limit_resets_at: resetSeconds,
      rate_limit_type: 'five_hour',
    })
  })

  it.each(['public', 'coordinator'] as const)('is honest about a job that was begun: %s', async (dialect) => {
    const { clock, resetSeconds, iso } = tenMinutes()
    await using house = await openHouse({
      dialect,
      worker: { clock, builtinTools: ['Bash'], onRateLimit: 'requeue', ...oneProcess },
      router: { policy: { builtin_tools: ['Bash'] } },
    })
    house.model.script(
      { blocks: [text('Half'), { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'true' } }] },
      limited(resetSeconds),
    )
    const job = house.router.submit({ messages: [user('one')], reference_id: 'conversation' })
    expect(await job.done).toMatchObject({
      kind: 'error',
      message: { error: `rate limit reached, resets at ${iso}` },
    })
    await house.worker.reached('rate_limited')
  })

  it('can be stopped while it is away', async () => {
    const { clock, resetSeconds } = tenMinutes()
    await using house = await openHouse({ worker: { clock, ...oneProcess } })
    house.model.script(limited(resetSeconds))
    await house.ask('one').done
    await house.worker.reached('rate_limited')
    house.worker.ask('finish')
    expect(await house.worker.ended).toEqual({ exit: 'done', error: undefined })
  })
})

describe.skipIf(claudeProgram() === undefined)('a worker that is warned of its limit', () => {
  it('stays, and says so with each job', async () => {
    await using house = await openHouse()
    const sevenDays = { utilization: 0.9, resetsAtSeconds: 1_900_000_000, surpassedThreshold: 0.75 }
    const resetsAtSeconds = 1_900_000_000
    const facts = { status: 'allowed_warning', resetsAtSeconds, claim: 'seven_day', sevenDays } as const
    house.model.script({ blocks: [text('fine')], headers: rateLimitHeaders(facts) })
    const told = {
      rate_limit_status: 'allowed_warning',
      rate_limit_resets_at: 1_900_000_000,
      rate_limit_type: 'seven_day',
    }
    expect(await house.ask('one').done).toMatchObject({ kind: 'complete', message: told })
    await house.worker.next('job_finished')
    expect([house.router.workers.length, house.closed]).toEqual([1, []])
    expect(house.worker.states).toEqual(['idle', 'busy', 'idle'])
  })
})

describe.skipIf(claudeProgram() === undefined)("a 429 that is not the subscription's", () => {
  it('is tried again, and the worker stays', async () => {
    const clock = new WatchedClock({ skipsSleeps: true })
    await using house = await openHouse({ worker: { clock } })
    house.model.script(apiErrors.rateLimited())
    expect(await house.ask('one').done).toMatchObject({ kind: 'complete' })
    expect([house.model.requests.length, clock.sleeps]).toEqual([2, [500]])
    expect(house.closed).toEqual([])
  })
})
