import type { SentJob } from '../protocol/job.ts'
import type { ReceivedOf } from '../protocol/worker-messages.ts'
import { Delays } from './routing/delays.ts'
import type { Dialect } from './routing/dialect.ts'
import type { JobHandle, JobMessage } from './routing/job-handle.ts'
import { type LiveToolRunner, runLiveTool } from './routing/live-tools.ts'
import { type JobTaker, OpenJob } from './routing/open-job.ts'

export interface JobBoardOptions {
  readonly dialect: Dialect
  /** How long the job of a lost worker waits before another may have it. */
  readonly redeliverAfterMs: number
  /** How long a cancelled job keeps its slot when its worker says nothing more about it. */
  readonly cancelSettleMs: number
  readonly onToolCall?: LiveToolRunner | undefined
  /** Called after every change that somebody may wait for. */
  readonly changed: () => void
}

/** The jobs that are open: who waits, who runs which, and what becomes of a job when its worker does not finish it. */
export class JobBoard implements Disposable {
  readonly #options: JobBoardOptions
  readonly #jobs = new Map<string, OpenJob>()
  #waiting: OpenJob[] = []
  /** The one that got a job least recently comes first. */
  #takers: JobTaker[] = []
  readonly #delays = new Delays()
  #orders = 0

  constructor(options: JobBoardOptions) {
    this.#options = options
  }

  get waiting(): readonly string[] {
    return this.#waiting.map(({ id }) => id)
  }

  /** Takes a job in; it goes to a worker at once if one has a free slot. */
  submit(job: SentJob): JobHandle {
    if (this.#jobs.has(job.job_id)) throw new Error(`there is an open job "${job.job_id}" already`)
    this.#orders += 1
    const open = new OpenJob(job, this.#orders)
    this.#jobs.set(open.id, open)
    this.#queue(open)
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
    this.#takers.push(taker)
    this.handOut()
  }

  /** A worker is gone: its jobs go to others. */
  leave(taker: JobTaker): void {
    this.#takers = this.#takers.filter((other) => other !== taker)
    for (const jobId of [...taker.running]) {
      const open = this.#jobs.get(jobId)
      if (!open) continue
      open.vacate()
      if (open.cancelled) this.#close(open)
      else this.#delays.after(this.#options.redeliverAfterMs, () => this.#queue(open))
    }
    this.#options.changed()
  }

  /** Gives waiting jobs, oldest first, to workers with a free slot. To be called when slots were added, too. */
  handOut(): void {
    this.#waiting = this.#waiting.filter((open) => {
      const taker = this.#takers.find((each) => open.canRunOn(each))
      if (taker) this.#assign(open, taker)
      return !taker
    })
    this.#options.changed()
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
    this.#takers = [...this.#takers.filter((other) => other !== taker), taker]
    taker.send(this.#options.dialect.jobFor(open.job))
  }

  #queue(open: OpenJob): void {
    if (this.#jobs.get(open.id) !== open) return
    this.#waiting = [...this.#waiting, open].toSorted((a, b) => a.order - b.order)
    this.handOut()
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
    else this.#queue(open)
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
    this.#waiting = this.#waiting.filter((other) => other !== open)
    open.handle.settle({ kind: 'cancelled' })
    this.handOut()
  }
}
