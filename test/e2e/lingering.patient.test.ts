import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { claudeProgram } from '../support/claude-program.ts'
import { House } from '../support/house.ts'
import { type LoadedRequest, SteadyLoad } from '../support/steady-load.ts'
import { detoursOf } from '../support/windowed-router.ts'
import type { WorkerOnTrial, WorkerWishes } from '../support/worker-on-trial.ts'

/** A Claude Code that says every question back. */
const program = fileURLToPath(new URL('../fixtures/claude/answers.mjs', import.meta.url))

interface Member {
  readonly id: string
  readonly worker: WorkerOnTrial
}

/** Five workers at a router whose readers have the public router's real times. */
class Fleet implements AsyncDisposable {
  readonly house: House
  readonly members: readonly Member[]

  private constructor(house: House, members: readonly Member[]) {
    this.house = house
    this.members = members
  }

  static async open(wishes: WorkerWishes = {}): Promise<Fleet> {
    const house = await House.open({ router: { readers: 'windows' } })
    const members: Member[] = []
    for (let count = 1; count <= 5; count++) {
      const worker = await house.add({ ...wishes, claude: { path: program, kept: 0 } })
      members.push({ worker, id: (await worker.next('connected')).workerId })
    }
    await house.router.ready(members.length)
    return new Fleet(house, members)
  }

  load(everyMs: number): SteadyLoad {
    const { httpUrl, callerKey } = this.house.router
    return new SteadyLoad({ httpUrl, callerKey, everyMs })
  }

  /** The members as their readers stand in line: who had a job longest ago gets the next one. */
  get line(): readonly Member[] {
    const { moves } = this.house.router
    const lastJobOf = ({ id }: Member) => moves.findLastIndex(({ worker }) => worker === id)
    return this.members.toSorted((a, b) => lastJobOf(a) - lastJobOf(b))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.house[Symbol.asyncDispose]()
  }
}

/** They are drained together, and have left. */
async function drained(victims: readonly Member[]): Promise<void> {
  for (const { worker } of victims) worker.ask('drain')
  expect(await Promise.all(victims.map(({ worker }) => worker.ended))).toEqual(
    victims.map(() => ({ exit: 'done', error: undefined })),
  )
}

/** Every request was answered with its own answer by the first worker that got it, and so took no longer than one does. */
function expectUndisturbed({ house }: Fleet, base: readonly LoadedRequest[], requests: readonly LoadedRequest[]): void {
  const slowestMs = (each: readonly LoadedRequest[]) =>
    Math.round(Math.max(...each.map(({ durationMs }) => durationMs)))
  const times = `slowest before: ${slowestMs(base)} ms, from then on: ${slowestMs(requests)} ms`
  expect(detoursOf(house.router), times).toEqual([])
  const all = [...base, ...requests]
  expect(all.map(({ text }) => text)).toEqual(all.map(({ n }) => `You said: question ${n}`))
  expect(house.router.moves.map(({ jobId }) => jobId).toSorted()).toEqual(all.map(({ jobId }) => jobId).toSorted())
}

describe.skipIf(claudeProgram() === undefined)('three of five workers that are drained under a steady load', () => {
  it('cost no request a second delivery where the load keeps everybody busy', async () => {
    await using fleet = await Fleet.open()
    await using load = fleet.load(400)
    await load.reached(10)
    const base = load.finished.slice()
    await drained(fleet.members.slice(0, 3))
    await load.reached(load.finished.length + 10)
    const requests = await load.stop()
    expectUndisturbed(fleet, base, requests.slice(base.length))
  })

  it('cost no request a second delivery where one of them lingers until its window ends', async () => {
    await using fleet = await Fleet.open()
    await using before = fleet.load(400)
    await before.reached(10)
    const base = await before.stop()
    const victims = fleet.line.slice(2)
    const jobsBefore = fleet.house.router.moves.length
    await using light = fleet.load(8_000)
    await drained(victims)
    await light.reached(light.finished.length + 2)
    expectUndisturbed(fleet, base, await light.stop())
    const served = new Set(fleet.house.router.moves.slice(jobsBefore).map(({ worker }) => worker))
    expect(victims.filter(({ id }) => !served.has(id)).length).toBeGreaterThan(0)
  })

  it('cost requests their first delivery where they do not linger', async () => {
    await using fleet = await Fleet.open({ lingerMs: 0 })
    await using load = fleet.load(400)
    await load.reached(10)
    const victims = fleet.line.slice(0, 3)
    await drained(victims)
    const { router } = fleet.house
    const swallowers = () => router.moves.filter(({ kind }) => kind === 'swallowed').map(({ worker }) => worker)
    await router.until(() => swallowers().length > 0, 'a job to be swallowed')
    expect(victims.map(({ id }) => id)).toEqual(expect.arrayContaining(swallowers()))
  })
})
