import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobBoard } from '../../src/dev/job-board.ts'
import type { JobHandle } from '../../src/dev/routing/job-handle.ts'
import { FakeTaker, job, makeBoard } from '../support/fake-taker.ts'

/** A board under random treatment, and what must hold whatever happens. */
class Scene {
  readonly board: JobBoard = makeBoard()
  readonly handles = new Map<string, JobHandle>()
  readonly open = new Set<string>()
  workers: FakeTaker[] = []
  #names = 0

  submit(): void {
    const id = `job-${this.handles.size}`
    this.handles.set(id, this.board.submit(job(id)))
    this.open.add(id)
  }

  join(slots: number): void {
    this.#names += 1
    const worker = new FakeTaker(`worker-${this.#names}`, slots)
    this.workers.push(worker)
    this.board.join(worker)
  }

  leave(index: number): void {
    const [worker] = this.workers.splice(index % Math.max(1, this.workers.length), 1)
    if (worker) this.board.leave(worker)
  }

  resize(index: number, slots: number): void {
    const worker = this.workers[index % Math.max(1, this.workers.length)]
    if (worker) worker.slots = Math.max(slots, worker.running.size)
    this.board.slotsChanged()
  }

  end(index: number, how: 'complete' | 'cancel'): void {
    const running = this.workers.flatMap((worker) => [...worker.running].map((id) => ({ worker, id })))
    const found = running[index % Math.max(1, running.length)]
    if (!found) return
    if (how === 'cancel') this.board.cancel(found.id)
    else this.board.handle(found.worker, { type: 'complete', job_id: found.id, full_response: '' })
    this.open.delete(found.id)
  }

  check(): void {
    const running = this.workers.flatMap((worker) => [...worker.running])
    const everywhere = [...running, ...this.board.waiting]
    expect(everywhere.toSorted(), 'every open job is at one place, and at one only').toEqual([...this.open].toSorted())
    for (const { running, slots } of this.workers) expect(running.size).toBeLessThanOrEqual(slots)
    const free = this.workers.some(({ running, slots }) => running.size < slots)
    if (this.board.waiting.length > 0) expect(free, 'nobody waits while a slot is free').toBe(false)
    const order = this.board.waiting.map((id) => Number(id.slice(4)))
    expect(order, 'the line is in order of submission').toEqual(order.toSorted((a, b) => a - b))
  }
}

const index = fc.nat({ max: 9 })
const slots = fc.nat({ max: 3 })
const step = fc.oneof(
  fc.constant((scene: Scene) => scene.submit()),
  slots.map((count) => (scene: Scene) => scene.join(count)),
  index.map((which) => (scene: Scene) => scene.leave(which)),
  fc.tuple(index, slots).map(
    ([which, count]) =>
      (scene: Scene) =>
        scene.resize(which, count),
  ),
  index.map((which) => (scene: Scene) => scene.end(which, 'complete')),
  index.map((which) => (scene: Scene) => scene.end(which, 'cancel')),
)

describe('whatever happens on the job board', () => {
  it('no job is lost, doubled, out of line or idle beside a free slot', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const scene = new Scene()
        for (const act of steps) {
          act(scene)
          scene.check()
        }
      }),
      { numRuns: 300 },
    )
  })
})
