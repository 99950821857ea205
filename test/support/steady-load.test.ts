import { expect, it } from 'vitest'
import { joinRouter } from './fake-worker.ts'
import { SteadyLoad } from './steady-load.ts'
import { detoursOf, openWindowedRouter } from './windowed-router.ts'

const readerLengths = { windowMs: 300, lookAgainMs: 1, collectMs: 20 }

it('a steady load asks until it is stopped, waited for or not, and tells what became of every request', async () => {
  await using router = await openWindowedRouter({ readerLengths })
  await using worker = await joinRouter(router)
  const { httpUrl, callerKey } = router
  await using load = new SteadyLoad({ httpUrl, callerKey, everyMs: 5, question: (n) => `is it ${n}?` })
  await router.until(({ waiting }) => waiting.length >= 2, 'requests that nobody has answered')
  const stopped = load.stop()
  const asked = load.open
  const jobs = []
  for (let n = 1; n <= asked; n++) {
    const job = await worker.next('job')
    jobs.push(job.messages[0]?.content)
    if (n === 2) worker.send({ type: 'error', job_id: job.job_id, error: 'no idea' })
    else worker.answer(job.job_id, ['yes'])
    await load.reached(n)
  }
  expect(jobs).toEqual(jobs.map((_, index) => `is it ${index + 1}?`))
  expect((await stopped).map(({ n, outcome, text }) => ({ n, outcome, text }))).toEqual(
    jobs.map((_, index) => {
      const n = index + 1
      if (n === 2) return { n, outcome: 'failed', text: expect.stringMatching(/^500 .*no idea/) }
      return { n, outcome: 'answered', text: 'yes' }
    }),
  )
  expect(detoursOf(router)).toEqual([])
})

it('a steady load that is disposed breaks off what nobody answers', async () => {
  await using router = await openWindowedRouter({ readerLengths })
  const load = new SteadyLoad({ httpUrl: router.httpUrl, callerKey: router.callerKey, everyMs: 60_000 })
  await router.until(({ waiting }) => waiting.length === 1, 'a request')
  await load[Symbol.asyncDispose]()
  expect(load.finished).toMatchObject([{ n: 1, outcome: 'failed', text: 'the load is over', jobId: undefined }])
})
