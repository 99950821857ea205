import type { SentJob } from '../protocol/job.ts'
import type { ReceivedOf } from '../protocol/worker-messages.ts'
import { Delays } from './routing/delays.ts'
import type { Dialect } from './routing/dialect.ts'
import type { HandOut } from './routing/hand-out.ts'
import type { JobHandle, JobMessage } from './routing/job-handle.ts'
import type { JobMove } from './routing/job-move.ts'
import { type LiveToolRunner, runLiveTool } from './routing/live-tools.ts'
import { type HandOutOptions, makeHandOut } from './routing/make-hand-out.ts'
import { type JobTaker, OpenJob } from './routing/open-job.ts'

export interface JobBoardOptions extends HandOutOptions {
  readonly dialect: Dialect
  /** How long a cancelled job keeps its slot when its worker says nothing more about it. */
  readonly cancelSettleMs: number
  readonly onToolCall?: LiveToolRunner | undefined
  /** Hears of every job that goes to a worker or is taken from one. */
  readonly moved: (move: JobMove) => void
  /** Called after every change that somebody may wait for. */
  readonly changed: () => void
}

/** The jobs that are open: who waits, who runs which, and what becomes of a job when its worker does not finish it. */
export class JobBoard implements Disposable {
  readonly #options: JobBoardOptions
  readonly #jobs = new Map<string, OpenJob>()
  readonly #handOut: HandOut
  readonly #delays: Delays
  #orders = 0

  constructor(options: JobBoardOptions) {
    this.#options = options
    this.#delays = new Delays(options.clock)
    this.#handOut = makeHandOut(options, {
      assign: (open, taker) => this.#assign(open, taker),
      note: (...move) => this.#note(...move),
      changed: options.changed,
    })
  }

  get waiting(): readonly string[] {
    return this.#handOut.waiting.map(({ id }) => id)
  }

  /** Ids of workers that are gone and whose reader still waits for a job. */
  get abandoned(): readonly string[] {
    return this.#handOut.abandoned
  }

  /** Takes a job in; it goes to a worker as soon as one reads it. */
  submit(job: SentJob): JobHandle {
    if (this.#jobs.has(job.job_id)) throw new Error(`there is an open job "${job.job_id}" already`)
    this.#orders += 1
    const open = new OpenJob(job, this.#orders)
    this.#jobs.set(open.id, open)
    this.#handOut.add(open)
    return open.handle
  }

  /** Takes a job back. One that runs keeps its slot until its worker has said its last word, or for `cancelSettleMs`. */
  cancel(jobId: string): void {
    const open = this.#jobs.get(jobId)
    if (!open || open.cancelled) return
    open.cancelled = true
    open.taker?.send({ type: 'cancel', job_id: jobId })
    // A job of which nothing was produced ends without another word.
    if (!open.streamed) open.handle.settle({ kind: 'cancelled' })
    this.#delays.after(open.taker ? this.#options.cancelSettleMs : 0, () => this.#close(open))
  }

  join(taker: JobTaker): void {
    this.#handOut.join(taker)
  }

  /** A worker is gone: its jobs go to others. */
  leave(taker: JobTaker): void {
    const left = [...taker.running].flatMap((jobId) => this.#jobs.get(jobId) ?? [])
    for (const open of left) open.vacate()
    const toDo = left.filter(({ cancelled }) => !cancelled)
    for (const open of toDo) this.#note('lost', open, taker)
    this.#handOut.leave(taker, toDo)
    for (const open of left) if (open.cancelled) this.#close(open)
    this.#options.changed()
  }

  /** To be called when a worker's slots have become more. */
  slotsChanged(): void {
    this.#handOut.slotsChanged()
  }

  /** Takes what a worker says about a job; gives back what is wrong with it, if anything. */
  handle(taker: JobTaker, message: JobMessage): string | undefined {
    const open = this.#jobs.get(message.job_id)
    if (open?.taker !== taker) return `"${message.type}" for a job that this worker does not run`
    if (message.type === 'job.overload' && !this.#options.dialect.speaksCoordinator) return '"job.overload" is ignored'
    open.handle.push(message)
    return this.#act(open, taker, message)
  }

  [Symbol.dispose](): void {
    this.#delays[Symbol.dispose]()
    this.#handOut[Symbol.dispose]()
    for (const open of [...this.#jobs.values()]) this.#close(open)
  }

  #act(open: OpenJob, taker: JobTaker, message: JobMessage): string | undefined {
    switch (message.type) {
      case 'token':
        open.streamed = true
        return
      case 'tool_generating':
      case 'builtin_tool':
        return
      case 'job.tool.call.request':
        if (!this.#options.dialect.speaksCoordinator) return '"job.tool.call.request" is not answered'
        void this.#answer(taker, message)
        return
      case 'complete':
      case 'error':
        this.#finish(open, message)
        return
      case 'job.overload':
        this.#passOn(open, taker)
    }
  }

  #assign(open: OpenJob, taker: JobTaker): void {
    open.occupy(taker)
    this.#note('given', open, taker)
    taker.send(this.#options.dialect.jobFor(open.job))
  }

  #note(kind: JobMove['kind'], open: OpenJob, { id: worker }: JobTaker): void {
    this.#options.moved({ kind, jobId: open.id, worker, atMs: this.#options.clock.now() })
  }

  #finish(open: OpenJob, message: ReceivedOf<'complete'> | ReceivedOf<'error'>): void {
    if (open.cancelled) open.handle.settle({ kind: 'cancelled', message })
    else if (message.type === 'complete') open.handle.settle({ kind: 'complete', message })
    else open.handle.settle({ kind: 'error', message })
    this.#close(open)
  }

  #passOn(open: OpenJob, taker: JobTaker): void {
    open.avoids.add(taker.id)
    open.vacate()
    if (open.cancelled) this.#close(open)
    else this.#handOut.add(open)
  }

  async #answer(taker: JobTaker, { type: _, ...call }: ReceivedOf<'job.tool.call.request'>): Promise<void> {
    const result = await runLiveTool(call, this.#options.onToolCall)
    if (!taker.running.has(call.job_id)) return
    taker.send({ type: 'job.tool.call.result', job_id: call.job_id, call_id: call.call_id, ...result })
  }

  /** The job is over: its slot is free, and whoever still waits for it learns that nothing more comes. */
  #close(open: OpenJob): void {
    if (this.#jobs.get(open.id) !== open) return
    open.vacate()
    this.#jobs.delete(open.id)
    this.#handOut.remove(open)
    open.handle.settle({ kind: 'cancelled' })
    this.#handOut.slotsChanged()
  }
}
