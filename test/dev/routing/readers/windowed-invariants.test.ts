import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicLengths } from '../../../../src/dev/routing/readers/reader-lengths.ts'
import type { FakeTaker } from '../../../support/fake-taker.ts'
import { WindowedBoard } from '../../../support/windowed-board.ts'

/** From the loss of a job to its next worker, where one is there all the time and has no other job. */
const longestRedeliveryMs = publicLengths.collectMs + publicLengths.windowMs

/** A board under random treatment, and what must hold whatever happens. */
class Scene extends WindowedBoard {
  readonly open = new Set<string>()
  readonly leftAtMs = new Map<string, number>()
  workers: FakeTaker[] = []
  #jobs = 0
  #names = 0

  submitNext(): void {
    const name = `job-${this.#jobs++}`
    this.open.add(name)
    this.submit(name)
  }

  come(slots: number): void {
    this.workers.push(this.join(`worker-${this.#names++}`, slots))
  }

  go(index: number): void {
    const [worker] = this.workers.splice(index % Math.max(1, this.workers.length), 1)
    if (!worker) return
    this.leftAtMs.set(worker.id, this.clock.now())
    this.board.leave(worker)
  }

  end(index: number): void {
    const running = this.workers.flatMap((worker) => [...worker.running].map((name) => ({ worker, name })))
    const found = running[index % Math.max(1, running.length)]
    if (!found) return
    this.open.delete(found.name)
    this.complete(found.worker, found.name)
  }

  /** Ends what runs, as time passes, until nothing is left. */
  finish(): void {
    for (let rounds = 0; this.open.size > 0 && rounds < 1_000; rounds++) {
      this.end(0)
      this.clock.advance(1_000)
    }
  }

  check(): void {
    const running = this.workers.flatMap((worker) => [...worker.running])
    const everywhere = [...running, ...this.board.waiting]
    expect(everywhere.toSorted(), 'every open job is at one place, and at one only').toEqual([...this.open].toSorted())
    for (const { running, slots } of this.workers) expect(running.size).toBeLessThanOrEqual(slots)
    this.#checkSwallowed()
    this.#checkTurns()
  }

  /** A reader that was left behind takes one job at most, and only until its window ends. */
  #checkSwallowed(): void {
    const swallowed = this.moves.filter(({ kind }) => kind === 'swallowed')
    expect(new Set(swallowed.map(({ worker }) => worker)).size).toBe(swallowed.length)
    for (const { worker, atMs } of swallowed) {
      const leftAtMs = this.leftAtMs.get(worker) ?? Number.NaN
      expect(atMs).toBeGreaterThanOrEqual(leftAtMs)
      expect(atMs - leftAtMs).toBeLessThan(publicLengths.windowMs)
    }
    for (const worker of this.board.abandoned) expect(this.workers.map(({ id }) => id)).not.toContain(worker)
  }

  /** Between two workers a job is lost or swallowed, and then collected: nobody runs it while another may. */
  #checkTurns(): void {
    const last = new Map<string, string>()
    for (const { jobId, kind } of this.moves) {
      expect(mayFollow[kind], `${kind} after ${last.get(jobId)}`).toContain(last.get(jobId) ?? 'nothing')
      last.set(jobId, kind)
    }
    const readFirst = [...last.keys()].map((name) => Number(name.slice(4)))
    expect(readFirst, 'the line is read in order').toEqual(readFirst.map((_, place) => place))
  }
}

const mayFollow = {
  given: ['nothing', 'collected'],
  swallowed: ['nothing'],
  lost: ['given', 'collected'],
  collected: ['lost', 'swallowed'],
} as const satisfies Record<string, readonly string[]>

const index = fc.nat({ max: 9 })
const step = fc.oneof(
  fc.constant((scene: Scene) => scene.submitNext()),
  fc.integer({ min: 1, max: 3 }).map((slots) => (scene: Scene) => scene.come(slots)),
  index.map((which) => (scene: Scene) => scene.go(which)),
  index.map((which) => (scene: Scene) => scene.end(which)),
  fc.nat({ max: 40_000 }).map((ms) => (scene: Scene) => scene.clock.advance(ms)),
)

/** The scene after random steps; each of them is checked. */
function played(steps: readonly ((scene: Scene) => void)[]): Scene {
  const scene = new Scene()
  for (const act of steps) {
    act(scene)
    scene.check()
  }
  return scene
}

describe('whatever happens to jobs that are read in windows', () => {
  it('none is lost, doubled, run by two, or swallowed by anybody but a reader that was left behind, once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        using scene = played(steps)
        scene.come(1)
        scene.finish()
        scene.check()
        expect(scene.open.size, 'all jobs have ended').toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('nobody is left behind for longer than a window, and no timer is left at the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const scene = played(steps)
        scene.clock.advance(publicLengths.windowMs)
        for (const worker of scene.board.abandoned) {
          expect(scene.clock.now() - (scene.leftAtMs.get(worker) ?? 0)).toBeLessThan(publicLengths.windowMs)
        }
        scene.board[Symbol.dispose]()
        expect(scene.clock.armed).toBe(0)
      }),
    )
  })

  it('a job that is swallowed beside an idle worker is with it within 45 seconds, but not before jobs are collected', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), fc.integer({ min: 1, max: 29_999 }), (startMs, waitMs) => {
        using scene = new Scene()
        scene.clock.advance(startMs)
        for (const _ of ['leaver', 'other']) scene.come(1)
        scene.clock.advance(waitMs)
        scene.go(0)
        scene.submitNext()
        scene.clock.advance(longestRedeliveryMs)
        const [swallowed, collected, given] = scene.moves
        expect([swallowed?.kind, collected?.kind, given?.kind]).toEqual(['swallowed', 'collected', 'given'])
        expect((collected?.atMs ?? 0) % publicLengths.collectMs).toBe(0)
        expect(scene.moves.length).toBe(3)
      }),
    )
  })
})
