import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gate } from '../../../src/dev/echo-model.ts'
import { whyNoEngine } from '../../support/engine.ts'
import { FleetOnTrial } from '../../support/fleet-on-trial.ts'
import { text } from '../../support/job-parts.ts'
import { OwnEngine, whyNoOwnEngine } from '../../support/own-engine.ts'
import { runAs } from '../../support/run-as.ts'
import type { RunningAuxot } from '../../support/run-auxot.ts'
import { workerImage } from '../../support/worker-image.ts'

const reason = whyNoEngine ?? whyNoOwnEngine
if (reason && process.env.CI === 'true') throw new Error(`${reason}, and CI must test an engine that ends`)

/** These tests are about neither the engine's network nor the moment at which an idle worker leaves. */
const plain = ['--network', 'host', '--linger', '0s']
/** A signal that comes before a container's first process can hear one is lost, and the engine waits out the time for leaving. */
const soonOver = [...plain, '--drain-timeout', '2s', '--cancel-grace', '1s']

const nothing = { pids: [], mounts: [] }
const idsOf = ({ router }: FleetOnTrial) => router.workers.map(({ id }) => id).sort()
const doneBy = ({ actions }: { actions: readonly { op: string; result?: string }[] }) =>
  actions.map(({ op, result }) => `${op} ${result}`)

/** Every worker has a job of its own at the same time, and answers. */
async function expectAnswers(fleet: FleetOnTrial, count: number): Promise<void> {
  const questions = Array.from({ length: count }, (_, index) => `question ${index + 1}`)
  const ends = await Promise.all(questions.map((question) => fleet.ask(question).done))
  expect(ends).toMatchObject(
    questions.map((question) => ({ kind: 'complete', message: { full_response: `Echo: ${question}` } })),
  )
  const workers = fleet.router.moves.slice(-count).map(({ worker }) => worker)
  expect(workers.sort()).toEqual(idsOf(fleet))
}

describe.skipIf(reason)(reason === undefined ? 'a fleet whose engine ends' : `a fleet: ${reason}`, () => {
  let engine: OwnEngine
  beforeAll(async () => {
    const { name } = await workerImage()
    engine = await OwnEngine.open()
    await engine.take(name)
  })
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]()
    expect(engine?.traces ?? nothing).toEqual(nothing)
  })

  it('comes back by itself with the engine, and scale finds nothing to do', async () => {
    await using fleet = await FleetOnTrial.open({ engine })
    await fleet.scale(2, ...plain)
    const containers = (await fleet.containers()).map(({ Id }) => Id)
    await engine.end('SIGTERM')
    await fleet.router.until(({ workers }) => workers.length === 0, 'the workers to leave')
    await engine.start()
    await fleet.router.ready(2)
    await expectAnswers(fleet, 2)
    const workers = idsOf(fleet)
    expect(await fleet.scale(2, ...plain)).toMatchObject({ before: 2, after: 2, changed: false, converged: true })
    expect((await fleet.containers()).map(({ Id }) => Id)).toEqual(containers)
    expect(idsOf(fleet)).toEqual(workers)
  })

  it('by a crash goes on without it, and the next scale starts what the next engine has ended', async () => {
    await using fleet = await FleetOnTrial.open({ engine })
    await fleet.scale(2, ...plain)
    const containers = (await fleet.containers()).map(({ Id }) => Id)
    await engine.end('SIGKILL')
    await expectAnswers(fleet, 2)
    // An engine ends what it finds running, and takes that for an operator's wish.
    await engine.start()
    const healed = await fleet.scale(2, ...plain)
    expect(healed).toMatchObject({ after: 2, converged: true })
    expect((await fleet.containers()).map(({ Id }) => Id)).toEqual(containers)
    await expectAnswers(fleet, 2)
    expect(await fleet.scale(2, ...plain)).toMatchObject({ changed: false, converged: true })
  })

  it('by a crash is as it was where the engine keeps its containers', async () => {
    await engine.end('SIGTERM')
    await engine.start({ keepsContainers: true })
    await using fleet = await FleetOnTrial.open({ engine })
    await fleet.scale(2, ...plain)
    const [runs, workers] = [await fleet.runs(), idsOf(fleet)]
    await engine.end('SIGKILL')
    await expectAnswers(fleet, 2)
    await engine.start({ keepsContainers: true })
    expect(await fleet.scale(2, ...plain)).toMatchObject({ changed: false, converged: true })
    expect(await fleet.runs()).toEqual(runs)
    expect(idsOf(fleet)).toEqual(workers)
    expect(doneBy(await fleet.scale(1, ...plain))).toEqual(['keep kept', 'drain gone'])
  })

  // An engine that is killed while a container begins may lose it: it works, and no engine knows of it any more.
  it.each([
    ['killed while containers are made', 'SIGKILL', /4 create/],
    ['killed while they begin', 'SIGKILL', /started/],
    ['killed while they begin, once more', 'SIGKILL', /started/],
    ['killed when the fourth has begun', 'SIGKILL', /4 started/],
    ['stopped while containers are made', 'SIGTERM', /4 create/],
    ['stopped while they begin', 'SIGTERM', /started/],
  ] as const)('in the middle of a scale is made whole by the next one: %s', async (_, signal, moment) => {
    await using fleet = await FleetOnTrial.open({ engine })
    await using broken = fleet.start(['worker', 'scale', '4', ...soonOver])
    await broken.line(moment)
    await engine.end(signal)
    await expectGone(broken)
    await engine.start()
    expect(await fleet.scale(4, ...soonOver)).toMatchObject({ after: 4, converged: true })
    expect(await fleet.slots()).toEqual([1, 2, 3, 4])
    const filters = { label: [`com.auxot.fleet=${fleet.name}`, 'com.auxot.slot'] }
    expect((await engine.docker.listVolumes({ filters })).Volumes).toHaveLength(4)
    await fleet.router.until(({ workers }) => workers.length === 4, 'workers that nobody knows of to leave')
    await expectAnswers(fleet, 4)
    expect(await fleet.scale(4, ...soonOver)).toMatchObject({ changed: false, converged: true })
  })

  it('may leave a worker behind that it cannot end, which finishes its job and leaves when its volume is removed', async () => {
    await using fleet = await FleetOnTrial.open({ engine })
    await fleet.scale(1, ...plain)
    const gate = new Gate()
    fleet.model.script({ blocks: [text('the whole answer')], gate })
    const job = fleet.ask('a question')
    await gate.reached()
    const [container] = await fleet.containers()
    const secrets = container?.Mounts.find(({ Destination }) => Destination === '/run/secrets')
    if (!container || !secrets) throw new Error('there is no container with secrets')
    rmSync(secrets.Source, { recursive: true })
    const draining = ['auxot-control', 'wait', '30', 'draining']
    const said = await runAs(engine.docker.getContainer(container.Id), 'auxot', draining)
    expect(JSON.parse(said)).toMatchObject({ state: 'draining', reason: '/run/secrets is gone' })
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete', message: { full_response: 'the whole answer' } })
    await fleet.router.until(({ workers }) => workers.length === 0, 'the worker to leave')
  })
})

/** The scale has ended with one sentence and the way out, and nothing else. */
async function expectGone(scale: RunningAuxot): Promise<void> {
  const { code, stdout, stderr } = await scale.ended
  expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
  expect(stderr).toMatch(/\nError: .*Docker engine .+\.\n {2}(Start it|Run this again) .+\n$/)
}
