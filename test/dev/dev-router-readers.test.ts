import { describe, expect, it } from 'vitest'
import { type DevRouter, startDevRouter } from '../../src/dev/dev-router.ts'
import { joinRouter } from '../support/fake-worker.ts'
import { ManualClock } from '../support/manual-clock.ts'

/** A router that is read in the public router's windows, at a time that the test decides. */
async function windowedRouter(): Promise<DevRouter & { readonly clock: ManualClock }> {
  const clock = new ManualClock(0)
  return Object.assign(await startDevRouter({ dialect: 'public', readers: 'windows', clock }), { clock })
}

function submit(router: DevRouter, job_id: string) {
  return router.submit({ job_id, messages: [{ role: 'user', content: job_id }] })
}

/** Resolves when so many workers are there. */
function staffed(router: DevRouter, count: number): Promise<void> {
  return router.until(({ workers }) => workers.length === count, `${count} worker(s)`)
}

/** Who had what when, with the names that the test gave. */
function storyOf({ moves }: DevRouter, names: Readonly<Record<string, string>>): string[] {
  return moves.map(({ atMs, jobId, kind, worker }) => `${atMs} ${jobId} ${kind} ${names[worker]}`)
}

describe('a development router whose jobs are read in windows', () => {
  it('lets the next request wait for redelivery when an idle worker leaves, though another is idle', async () => {
    await using router = await windowedRouter()
    await using leaver = await joinRouter(router)
    await using other = await joinRouter(router)
    const [first = '', second = ''] = router.workers.map(({ id }) => id)
    router.clock.advance(1_200)
    leaver.close()
    await staffed(router, 1)
    expect(router.abandoned).toEqual([first])
    const handle = submit(router, 'a')
    expect([router.abandoned, router.waiting]).toEqual([[], ['a']])
    router.clock.advance(28_800)
    other.answer((await other.next('job')).job_id, ['here'])
    expect(await handle.done).toMatchObject({ kind: 'complete' })
    expect(storyOf(router, { [first]: 'leaver', [second]: 'other' })).toEqual([
      '1200 a swallowed leaver',
      '15000 a collected other',
      '30000 a given other',
    ])
  })

  it('answers the next request at once when a worker leaves right behind its complete', async () => {
    await using router = await windowedRouter()
    await using leaver = await joinRouter(router)
    const first = submit(router, 'a')
    leaver.answer((await leaver.next('job')).job_id, ['here'])
    leaver.close()
    await first.done
    await staffed(router, 0)
    expect(router.abandoned).toEqual([])
    await using other = await joinRouter(router)
    submit(router, 'b')
    expect(await other.next('job')).toMatchObject({ job_id: 'b' })
  })

  it('gives nothing to a worker that has said goodbye, even while its connection is not closed', async () => {
    await using router = await windowedRouter()
    await using leaver = await joinRouter(router)
    submit(router, 'a')
    leaver.answer((await leaver.next('job')).job_id, ['here'])
    leaver.sayGoodbye()
    // Well before the connection is given up, half a minute from now.
    await router.until(({ workers }) => workers.length === 0, 'the goodbye', 10_000)
    submit(router, 'b')
    router.clock.advance(500)
    expect([router.abandoned, router.waiting]).toEqual([[], ['b']])
    await using other = await joinRouter(router)
    expect(await other.next('job')).toMatchObject({ job_id: 'b' })
  })

  it('answers the next request at once when an idle worker has left at the end of its window', async () => {
    await using router = await windowedRouter()
    await using leaver = await joinRouter(router)
    router.clock.advance(1)
    await using other = await joinRouter(router)
    router.clock.advance(29_900)
    leaver.close()
    await staffed(router, 1)
    router.clock.advance(99)
    expect(router.abandoned).toEqual([])
    submit(router, 'a')
    expect(await other.next('job')).toMatchObject({ job_id: 'a' })
  })

  it('brings a job that a lost worker has begun back to another, behind what was streamed', async () => {
    await using router = await windowedRouter()
    await using lost = await joinRouter(router)
    const handle = submit(router, 'a')
    await lost.next('job')
    lost.send({ type: 'token', job_id: 'a', token: 'Half ' })
    await router.next('token')
    lost.drop()
    await staffed(router, 0)
    await using other = await joinRouter(router)
    router.clock.advance(30_000)
    other.answer((await other.next('job')).job_id, ['Whole'])
    await handle.done
    expect(handle.messages).toMatchObject([{ token: 'Half ' }, { token: 'Whole' }, { full_response: 'Whole' }])
    expect(router.moves.map(({ kind }) => kind)).toEqual(['given', 'lost', 'collected', 'given'])
  })

  it('serves health and requests over HTTP as ever', async () => {
    await using router = await windowedRouter()
    await using worker = await joinRouter(router, { total_slots: 2 })
    const answer = fetch(`${router.httpUrl}/api/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${router.callerKey}`, connection: 'close' },
      body: JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'hello' }] }),
    })
    const { job_id } = await worker.next('job')
    const health = await fetch(`${router.httpUrl}/health`, { headers: { connection: 'close' } })
    expect(await health.json()).toEqual({ status: 'ok', workers: 1, total_slots: 2, active_jobs: 1, available: 1 })
    worker.answer(job_id, ['here'])
    expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'here' } }] })
  })

  it('keeps its windows short where a test wants that', async () => {
    const clock = new ManualClock(0)
    const readerLengths = { windowMs: 300, lookAgainMs: 5, collectMs: 150 }
    await using router = await startDevRouter({ dialect: 'public', readers: 'windows', readerLengths, clock })
    await using worker = await joinRouter(router)
    worker.close()
    await staffed(router, 0)
    clock.advance(299)
    expect(router.abandoned.length).toBe(1)
    clock.advance(1)
    expect(router.abandoned.length).toBe(0)
  })

  it('leaves no timer behind', async () => {
    const router = await windowedRouter()
    await using _busy = await joinRouter(router)
    await using leaver = await joinRouter(router)
    submit(router, 'a')
    leaver.close()
    await staffed(router, 1)
    expect([router.moves.length, router.abandoned.length]).toEqual([1, 1])
    await router[Symbol.asyncDispose]()
    expect(router.clock.armed).toBe(0)
  })

  it('is the public router: the coordinator does not read so', async () => {
    await expect(startDevRouter({ dialect: 'coordinator', readers: 'windows' })).rejects.toThrow(
      'only the public router reads jobs in windows',
    )
  })
})

describe('a development router that hands jobs out at once', () => {
  it('tells every job’s way, too', async () => {
    await using router = await startDevRouter({ dialect: 'public' })
    await using lost = await joinRouter(router)
    submit(router, 'a')
    await lost.next('job')
    lost.drop()
    await staffed(router, 0)
    await using other = await joinRouter(router)
    await other.next('job')
    expect(router.moves).toMatchObject(['given', 'lost', 'given'].map((kind) => ({ jobId: 'a', kind })))
    expect(router.abandoned).toEqual([])
  })

  it('keeps the newest of them only', async () => {
    await using router = await startDevRouter({ dialect: 'public', recordLimit: 4 })
    await using worker = await joinRouter(router)
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const handle = submit(router, name)
      worker.answer((await worker.next('job')).job_id, [])
      await handle.done
    }
    expect(router.moves.map(({ jobId }) => jobId)).toEqual(['c', 'd', 'e'])
  })
})
