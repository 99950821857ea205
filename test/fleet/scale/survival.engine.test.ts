import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whyNoEngine } from '../../support/engine.ts'
import { FleetOnTrial } from '../../support/fleet-on-trial.ts'
import { OwnEngine, whyNoOwnEngine } from '../../support/own-engine.ts'
import { workerImage } from '../../support/worker-image.ts'

const reason = whyNoEngine ?? whyNoOwnEngine
if (reason && process.env.CI === 'true') throw new Error(`${reason}, and CI must test an engine that ends`)

/** These tests are about neither the engine's network nor the moment at which an idle worker leaves. */
const plain = ['--network', 'host', '--linger', '0s']

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

  it('in the middle of a scale is made whole by the next one', async () => {
    await using fleet = await FleetOnTrial.open({ engine })
    await using broken = fleet.start(['worker', 'scale', '4', ...plain])
    // While containers are made: an engine that is killed while one begins loses hold of it, which only the engine can mend.
    await broken.line(/4 create/)
    await engine.end('SIGKILL')
    const { code, stdout, stderr } = await broken.ended
    const [sentence, ...rest] = stderr
      .split('\n')
      .slice(stderr.split('\n').findIndex((line) => line.startsWith('Error')))
    expect({ code, stdout, sentence }).toEqual({
      code: 7,
      stdout: '',
      sentence: expect.stringMatching(/^Error: .*Docker engine .+\.$/),
    })
    // The way out, and nothing else.
    expect(rest.join('\n')).toMatch(/^ {2}Start it .+\n$/)
    await engine.start()
    expect(await fleet.scale(4, ...plain)).toMatchObject({ after: 4, converged: true })
    expect(await fleet.slots()).toEqual([1, 2, 3, 4])
    const filters = { label: [`com.auxot.fleet=${fleet.name}`, 'com.auxot.slot'] }
    expect((await engine.docker.listVolumes({ filters })).Volumes).toHaveLength(4)
    await expectAnswers(fleet, 4)
    expect(await fleet.scale(4, ...plain)).toMatchObject({ changed: false, converged: true })
  })
})
