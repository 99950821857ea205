import { expect, it } from 'vitest'
import { insideContainer } from '../../../src/fleet/drivers/docker/run-inside.ts'
import { describeEngine, docker } from '../../support/engine.ts'
import { FleetOnTrial } from '../../support/fleet-on-trial.ts'
import { HeldAnswers } from '../../support/held-answers.ts'
import { SteadyLoad } from '../../support/steady-load.ts'
import { detoursOf } from '../../support/windowed-router.ts'

/** For tests that are not about the moment at which an idle worker leaves. */
const atOnce = ['--linger', '0s']

interface HeldJob {
  readonly question: string
  readonly handle: ReturnType<FleetOnTrial['ask']>
  readonly slot: number
  /** The container that runs it. */
  readonly id: string
}

/** Gives the fleet so many jobs, whose answers are held, and finds out who runs which. */
async function heldJobs(fleet: FleetOnTrial, answers: HeldAnswers, count: number): Promise<HeldJob[]> {
  const questions = Array.from({ length: count }, (_, index) => `question ${index + 1}`)
  const handles = questions.map((question) => fleet.ask(question))
  await Promise.all(questions.map((question) => answers.held(question)))
  const logs = await logsOf(fleet)
  const jobs = handles.map((handle, index) => {
    const owner = logs.find(({ log }) => log.includes(handle.jobId))
    if (!owner) throw new Error(`no container's log names the job ${handle.jobId}`)
    return { question: questions[index] ?? '', handle, slot: owner.slot, id: owner.id }
  })
  return jobs.sort((a, b) => a.slot - b.slot)
}

async function logsOf(fleet: FleetOnTrial) {
  const containers = await fleet.containers()
  return await Promise.all(
    containers.map(async ({ Id: id, Config }) => {
      const log = `${await docker.getContainer(id).logs({ stdout: true, stderr: true })}`
      return { id, slot: Number(Config.Labels['com.auxot.slot']), log }
    }),
  )
}

/** The caller has had the whole answer, once, and no error. */
async function expectAnswered({ handle, question }: HeldJob, answers: HeldAnswers): Promise<void> {
  const answer = answers.answerTo(question)
  expect(await handle.done).toMatchObject({ kind: 'complete', message: { full_response: answer } })
  const streamed = handle.messages.flatMap((message) => (message.type === 'token' ? [message.token] : []))
  expect(streamed.join('')).toBe(answer)
  const ends = handle.messages.map(({ type }) => type).filter((type) => type === 'complete' || type === 'error')
  expect(ends).toEqual(['complete'])
}

describeEngine('a fleet under load', () => {
  it('made smaller loses exactly its idle workers, and the busy ones finish what they do', async () => {
    await using fleet = await FleetOnTrial.open()
    const answers = new HeldAnswers(fleet.model)
    await fleet.scale(5, ...atOnce)
    const jobs = await heldJobs(fleet, answers, 5)
    expect(jobs.map(({ slot }) => slot)).toEqual([1, 2, 3, 4, 5])
    // Those with the highest numbers stay busy, whom a choice by number would take.
    for (const job of jobs.slice(0, 3)) {
      answers.letGo(job.question)
      await expectAnswered(job, answers)
    }
    const busy = jobs.slice(3)
    const before = (await fleet.runs()).slice(3)
    const down = await fleet.scale(2, ...atOnce)
    expect(down).toMatchObject({ before: 5, after: 2, changed: true, converged: true })
    expect(down.actions.map(({ op, result, job }) => ({ op, result, job }))).toEqual([
      ...[1, 2, 3].map(() => ({ op: 'drain', result: 'gone', job: undefined })),
      ...busy.map(({ handle }) => ({ op: 'keep', result: 'kept', job: handle.jobId })),
    ])
    expect(await fleet.runs()).toEqual(before)
    for (const job of busy) {
      answers.letGo(job.question)
      await expectAnswered(job, answers)
    }
    expect(jobs.map(({ question }) => answers.timesAsked(question))).toEqual([1, 1, 1, 1, 1])
    expect(fleet.router.moves.map(({ kind }) => kind)).toEqual(['given', 'given', 'given', 'given', 'given'])
    expect(await fleet.runs()).toEqual(before)
  })

  it('made smaller costs no request its first delivery', async () => {
    await using fleet = await FleetOnTrial.open({ router: { readers: 'windows' } })
    const { router } = fleet
    await fleet.scale(5)
    const httpUrl = `http://127.0.0.1:${new URL(router.httpUrl).port}`
    await using load = new SteadyLoad({ httpUrl, callerKey: router.callerKey, everyMs: 600 })
    await load.reached(10)
    expect(await fleet.scale(2)).toMatchObject({ before: 5, after: 2, converged: true })
    await load.reached(load.finished.length + 10)
    const requests = await load.stop()
    expect(requests.map(({ text }) => text)).toEqual(requests.map(({ n }) => `Echo: question ${n}`))
    expect(detoursOf(router)).toEqual([])
    expect(router.moves.map(({ jobId }) => jobId).sort()).toEqual(requests.map(({ jobId }) => jobId).sort())
    expect(fleet.model.requests.length).toBe(requests.length)
    expect(router.workers.length).toBe(2)
  })

  it('that loses a busy worker gives its job to another, and is whole again after the next scale', async () => {
    await using fleet = await FleetOnTrial.open()
    const answers = new HeldAnswers(fleet.model)
    await fleet.scale(2, ...atOnce)
    const [job] = await heldJobs(fleet, answers, 1)
    if (!job) throw new Error('there is no job')
    await docker.getContainer(job.id).kill()
    await fleet.router.until(({ workers }) => workers.length === 1, 'the killed worker to be missed')
    await answers.held(job.question)
    answers.letGo(job.question)
    await expectAnswered(job, answers)
    expect(answers.timesAsked(job.question)).toBe(2)
    const { moves } = fleet.router
    expect(moves.map(({ kind, jobId }) => ({ kind, jobId }))).toEqual(
      ['given', 'lost', 'given'].map((kind) => ({ kind, jobId: job.handle.jobId })),
    )
    expect(moves[2]?.worker).not.toBe(moves[0]?.worker)
    const healed = await fleet.scale(2, ...atOnce)
    expect(healed).toMatchObject({ after: 2, converged: true })
    const ops = healed.actions.map(({ op, result }) => `${op} ${result}`)
    expect(ops).toEqual(job.slot === 1 ? ['start ready', 'keep kept'] : ['keep kept', 'start ready'])
    expect(fleet.router.workers.length).toBe(2)
  })

  it('of which a busy worker is told to stop by the engine lets it finish its job', async () => {
    await using fleet = await FleetOnTrial.open()
    const answers = new HeldAnswers(fleet.model)
    await fleet.scale(2, ...atOnce)
    const [job] = await heldJobs(fleet, answers, 1)
    if (!job) throw new Error('there is no job')
    const container = docker.getContainer(job.id)
    const stopped = container.stop()
    const draining = ['auxot-control', 'wait', '30', 'draining']
    const { output } = await insideContainer(container)(draining, AbortSignal.timeout(40_000))
    expect(JSON.parse(output)).toMatchObject({ state: 'draining' })
    answers.letGo(job.question)
    await expectAnswered(job, answers)
    await stopped
    expect((await container.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 })
    expect(answers.timesAsked(job.question)).toBe(1)
    expect(detoursOf(fleet.router)).toEqual([])
  })
})
