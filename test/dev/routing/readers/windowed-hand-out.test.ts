import { describe, expect, it } from 'vitest'
import { job } from '../../../support/fake-taker.ts'
import { WindowedBoard } from '../../../support/windowed-board.ts'

describe('reading jobs in windows', () => {
  it('gives a job to the reader that has waited longest', () => {
    using scene = new WindowedBoard()
    scene.join('v')
    scene.clock.advance(10)
    scene.join('w')
    // The window of v ends, and a new one puts it behind w.
    scene.clock.advance(29_990)
    scene.submit('a', 'b')
    expect(scene.story).toEqual(['30 s a given w', '30 s b given v'])
  })

  it('looks again every half second while the worker is full', () => {
    using scene = new WindowedBoard()
    const worker = scene.join('w')
    scene.submit('a', 'b')
    scene.clock.advance(700)
    scene.complete(worker, 'a')
    expect(scene.board.waiting).toEqual(['b'])
    scene.clock.advance(299)
    expect(worker.jobs).toEqual(['a'])
    scene.clock.advance(1)
    expect(scene.story).toEqual(['0 s a given w', '1 s b given w'])
  })

  it('begins a new window when one ends, and when the reader has looked after a job', () => {
    using scene = new WindowedBoard()
    const worker = scene.join('w')
    scene.clock.advance(70_000)
    scene.submit('a')
    scene.clock.advance(1_300)
    scene.complete(worker, 'a')
    scene.clock.advance(10_000)
    scene.board.leave(worker)
    // Looked at 71.5 s, so the window is over at 101.5 s.
    scene.clock.advance(101_499 - 81_300)
    expect(scene.board.abandoned).toEqual(['w'])
    scene.clock.advance(1)
    expect(scene.board.abandoned).toEqual([])
  })

  it('hands a worker with free slots nothing new while it is at work', () => {
    using scene = new WindowedBoard()
    const worker = scene.join('w', 3)
    scene.submit('a', 'b')
    scene.clock.advance(60_000)
    expect(worker.jobs).toEqual(['a'])
    scene.complete(worker, 'a')
    scene.clock.advance(2_000)
    expect(worker.jobs).toEqual(['a', 'b'])
  })

  it('finds changed slots when it looks', () => {
    using scene = new WindowedBoard()
    const worker = scene.join('w', 0)
    scene.submit('a')
    scene.clock.advance(100)
    worker.slots = 1
    scene.board.slotsChanged()
    expect(worker.jobs).toEqual([])
    scene.clock.advance(400)
    expect(worker.jobs).toEqual(['a'])
  })

  it('keeps jobs in line until a worker comes', () => {
    using scene = new WindowedBoard()
    scene.submit('a', 'b')
    scene.clock.advance(3_600_000)
    const worker = scene.join('w')
    expect([worker.jobs, scene.board.waiting]).toEqual([['a'], ['b']])
  })
})

describe('a worker that leaves', () => {
  it('while its reader waits leaves the reader behind, which takes the next job of anybody and drops it', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.join('other')
    scene.clock.advance(1_200)
    scene.board.leave(leaver)
    expect(scene.board.abandoned).toEqual(['leaver'])
    scene.submit('a', 'b')
    expect([scene.board.abandoned, scene.board.waiting]).toEqual([[], ['a']])
    scene.clock.advance(60_000)
    expect(scene.story).toEqual(['1.2 s a swallowed leaver', '1.2 s b given other', '15 s a collected other'])
  })

  it('costs the job that its reader takes 28.8 seconds, though another worker is idle', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.join('other')
    scene.clock.advance(1_200)
    scene.board.leave(leaver)
    scene.submit('a')
    scene.clock.advance(60_000)
    expect(scene.story).toEqual(['1.2 s a swallowed leaver', '15 s a collected other', '30 s a given other'])
  })

  it('costs the job 45 seconds at worst: lost just after jobs are collected, collected just after a window has begun', () => {
    using scene = new WindowedBoard()
    scene.clock.advance(29_998)
    const leaver = scene.join('leaver')
    scene.clock.advance(1)
    scene.join('other')
    scene.clock.advance(15_002)
    scene.board.leave(leaver)
    scene.submit('a')
    scene.clock.advance(60_000)
    expect(scene.story).toEqual(['45.001 s a swallowed leaver', '60 s a collected other', '89.999 s a given other'])
  })

  it('just before its window ends costs nobody anything', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.join('other')
    scene.clock.advance(29_900)
    scene.board.leave(leaver)
    scene.clock.advance(100)
    expect(scene.board.abandoned).toEqual([])
    scene.submit('a')
    expect(scene.story).toEqual(['30 s a given other'])
  })

  it('just after its window has ended leaves the reader behind for a whole one', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.clock.advance(30_001)
    scene.board.leave(leaver)
    scene.clock.advance(29_998)
    expect(scene.board.abandoned).toEqual(['leaver'])
  })

  it('right after its job, before the reader looks, leaves nothing behind', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.submit('a')
    scene.clock.advance(1_250)
    scene.complete(leaver, 'a')
    scene.clock.advance(249)
    scene.board.leave(leaver)
    expect(scene.board.abandoned).toEqual([])
    scene.join('other')
    scene.submit('b')
    expect(scene.story.slice(1)).toEqual(['1.499 s b given other'])
  })

  it('with a job in hand gives it back for somebody who is there, in time', () => {
    using scene = new WindowedBoard()
    const leaver = scene.join('leaver')
    scene.submit('a')
    scene.clock.advance(20_000)
    scene.board.leave(leaver)
    expect(scene.board.waiting).toEqual(['a'])
    // Nobody is there when jobs are collected at 30 s.
    scene.clock.advance(12_000)
    scene.join('other')
    scene.clock.advance(60_000)
    expect(scene.story).toEqual([
      '0 s a given leaver',
      '20 s a lost leaver',
      '45 s a collected other',
      '62 s a given other',
    ])
  })

  it('before it has seen what was put aside for it leaves that to the next', () => {
    using scene = new WindowedBoard()
    const [first, second] = [scene.join('first'), scene.join('second')]
    scene.join('third')
    scene.board.leave(first)
    scene.submit('a')
    scene.clock.advance(20_000)
    scene.board.leave(second)
    scene.clock.advance(40_000)
    expect(scene.story).toEqual([
      '0 s a swallowed first',
      '15 s a collected second',
      '20 s a lost second',
      '30 s a collected third',
      '60 s a given third',
    ])
  })

  it('shares what several leave behind among those who are there', () => {
    using scene = new WindowedBoard()
    const leavers = ['1', '2', '3'].map((name) => scene.join(name))
    for (const name of ['4', '5']) scene.join(name)
    for (const leaver of leavers) scene.board.leave(leaver)
    scene.submit('a', 'b', 'c')
    scene.clock.advance(15_000)
    expect(scene.story.slice(3)).toEqual(['15 s a collected 4', '15 s b collected 5', '15 s c collected 4'])
  })
})

describe('the end of a board that is read in windows', () => {
  it('leaves no timer behind, and every job is over', async () => {
    const scene = new WindowedBoard()
    const [gone, swallower] = [scene.join('gone'), scene.join('swallower')]
    scene.join('there')
    scene.submit('a')
    for (const worker of [gone, swallower]) scene.board.leave(worker)
    const handles = ['b', 'c', 'd'].map((name) => scene.board.submit(job(name)))
    expect(scene.board.waiting).toEqual(['a', 'b', 'd'])
    scene.board[Symbol.dispose]()
    expect(await Promise.all(handles.map(({ done }) => done))).toEqual(handles.map(() => ({ kind: 'cancelled' })))
    expect([scene.clock.armed, scene.board.waiting]).toEqual([0, []])
  })
})
