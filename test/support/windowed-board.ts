import type { JobBoard } from '../../src/dev/job-board.ts'
import { dialects } from '../../src/dev/routing/dialect.ts'
import type { JobMove } from '../../src/dev/routing/job-move.ts'
import { publicLengths } from '../../src/dev/routing/readers/reader-lengths.ts'
import { FakeTaker, job, makeBoard } from './fake-taker.ts'
import { ManualClock } from './manual-clock.ts'

/** A job board that is read in windows as the public router's is, at a time that the test decides. */
export class WindowedBoard implements Disposable {
  readonly clock = new ManualClock(0)
  readonly moves: JobMove[] = []
  readonly board: JobBoard

  constructor() {
    this.board = makeBoard({
      dialect: dialects.public,
      clock: this.clock,
      readerLengths: publicLengths,
      moved: (move) => this.moves.push(move),
    })
  }

  join(name: string, slots = 1): FakeTaker {
    const worker = new FakeTaker(name, slots)
    this.board.join(worker)
    return worker
  }

  submit(...names: string[]): void {
    for (const name of names) this.board.submit(job(name))
  }

  complete(worker: FakeTaker, name: string): void {
    this.board.handle(worker, { type: 'complete', job_id: name, full_response: '' })
  }

  /** The moves as lines: `12.5 s a swallowed w`. */
  get story(): string[] {
    return this.moves.map(({ atMs, jobId, kind, worker }) => `${atMs / 1_000} s ${jobId} ${kind} ${worker}`)
  }

  [Symbol.dispose](): void {
    this.board[Symbol.dispose]()
  }
}
