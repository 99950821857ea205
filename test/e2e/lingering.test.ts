import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/dev/echo-model.ts'
import { claudeProgram } from '../support/claude-program.ts'
import { type FakeWorker, joinRouter } from '../support/fake-worker.ts'
import { type House, openHouse } from '../support/house.ts'
import { text } from '../support/job-parts.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { WatchedClock } from '../support/watched-clock.ts'
import { detoursOf } from '../support/windowed-router.ts'
import { decisionOf } from '../support/worker-door.ts'
import type { WorkerOnTrial, WorkerWishes } from '../support/worker-on-trial.ts'

/** A Claude Code that says every question back. */
const program = fileURLToPath(new URL('../fixtures/claude/answers.mjs', import.meta.url))

/** From the start of an idle worker's window to the moment at which it leaves. */
const firstMomentMs = 29_745

/**
 * A worker that is to leave, and another that stays, at a router that is read in the public router's windows of 30 seconds.
 * Time passes when the test says so, at the worker and at the router.
 */
class Scene implements AsyncDisposable {
  readonly house: House & { readonly worker: WorkerOnTrial }
  readonly other: FakeWorker
  readonly clock: WatchedClock
  readonly routerClock: ManualClock

  private constructor(parts: Pick<Scene, 'house' | 'other' | 'clock' | 'routerClock'>) {
    this.house = parts.house
    this.other = parts.other
    this.clock = parts.clock
    this.routerClock = parts.routerClock
  }

  static async open(wishes: WorkerWishes = {}): Promise<Scene> {
    const clock = new WatchedClock()
    const routerClock = new ManualClock()
    const worker = { clock, claude: { path: program }, ...wishes }
    const house = await openHouse({ worker, router: { readers: 'windows', clock: routerClock } })
    // Its reader waits behind that of the worker that is to leave.
    const other = await joinRouter(house.router)
    return new Scene({ house, other, clock, routerClock })
  }

  get worker(): WorkerOnTrial {
    return this.house.worker
  }

  /** Time passes while nothing is on its way between the two. */
  pass(ms: number): void {
    this.clock.advance(ms)
    this.routerClock.advance(ms)
  }

  /** The worker does a job. */
  async work(): Promise<void> {
    expect(await this.house.ask('one').done).toMatchObject({ kind: 'complete' })
    await this.worker.next('job_finished')
  }

  /** Resolves when the worker has left, as the router sees it too. */
  async left(): Promise<void> {
    expect(await this.worker.ended).toEqual({ exit: 'done', error: undefined })
    await this.house.router.until(({ workers }) => workers.length === 1, 'the worker to be gone')
  }

  /** How long the worker's reader stays where its worker is not. */
  behindMs(): number {
    let ms = 0
    for (; this.house.router.abandoned.length > 0; ms++) this.routerClock.advance(1)
    return ms
  }

  /** The next request is the other worker's at once. */
  async nextIsServed(): Promise<void> {
    const { jobId } = this.house.ask('the next')
    expect(await this.other.next('job')).toMatchObject({ job_id: jobId })
    expect(detoursOf(this.house.router)).toEqual([])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.other[Symbol.asyncDispose]()
    await this.house[Symbol.asyncDispose]()
  }
}

describe.skipIf(claudeProgram() === undefined)('the next request after an idle worker has left', () => {
  it.each([
    ['it was in a hurry', 'finish', {}],
    ['it was not to linger', 'drain', { lingerMs: 0 }],
  ] as const)('waits for its second delivery where %s', async (_, step, wishes) => {
    await using scene = await Scene.open(wishes)
    scene.pass(1_200)
    scene.worker.ask(step)
    scene.clock.advance(0)
    await scene.left()
    const next = scene.house.ask('the next')
    scene.routerClock.advance(28_799)
    expect(scene.house.router.waiting).toEqual([next.jobId])
    scene.routerClock.advance(1)
    expect(await scene.other.next('job')).toMatchObject({ job_id: next.jobId })
    expect(detoursOf(scene.house.router).map(({ kind }) => kind)).toEqual(['swallowed', 'collected'])
  })

  it('is served at once where it lingered until its window was about to end, drained through its control socket', async () => {
    await using scene = await Scene.open()
    scene.pass(7_000)
    expect(await decisionOf(scene.house, { op: 'drain' })).toMatchObject({ accepted: true, state: 'draining' })
    await scene.clock.waitOf(firstMomentMs - 7_000)
    scene.pass(firstMomentMs - 7_001)
    expect(scene.house.router.workers.length).toBe(2)
    scene.pass(1)
    await scene.left()
    expect(scene.behindMs()).toBe(255)
    await scene.nextIsServed()
  })

  it('is served at once where it had been idle for an hour', async () => {
    await using scene = await Scene.open()
    scene.pass(3_600_000)
    scene.worker.ask('drain')
    // 120 windows have passed; each of them may have been 5 ms longer or shorter.
    await scene.clock.waitOf(120 * 29_995 + 29_995 - 250 - 3_600_000)
    scene.pass(29_145)
    await scene.left()
    expect(scene.behindMs()).toBe(30_000 - 29_145)
    await scene.nextIsServed()
  })

  it('is served at once where it had done a job before', async () => {
    await using scene = await Scene.open()
    scene.pass(10_000)
    await scene.work()
    // The router looks at 10.5 s: a new window.
    scene.pass(5_000)
    scene.worker.ask('drain')
    await scene.clock.waitOf(29_995 - 500 - 5_000)
    scene.pass(24_495)
    await scene.left()
    expect(scene.behindMs()).toBe(1_005)
    await scene.nextIsServed()
  })

  it('is served at once where it did its last job while it lingered', async () => {
    await using scene = await Scene.open()
    scene.worker.ask('drain')
    await scene.clock.waitOf(firstMomentMs)
    scene.pass(12_000)
    await scene.work()
    await scene.left()
    expect(scene.behindMs()).toBe(0)
    await scene.nextIsServed()
  })

  it('is served at once where it finished what it did, in a hurry', async () => {
    const gate = new Gate()
    await using scene = await Scene.open({ claude: {} })
    scene.house.model.script({ blocks: [text('done')], gate })
    const job = scene.house.ask('one')
    await gate.reached()
    scene.worker.ask('finish')
    gate.open()
    expect(await job.done).toMatchObject({ kind: 'complete' })
    await scene.left()
    expect(scene.behindMs()).toBe(0)
    await scene.nextIsServed()
  })
})
