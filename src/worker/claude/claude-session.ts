import assert from 'node:assert/strict'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import type { CallLiveTool, ClaudeEvent, TurnResult } from './claude-event.ts'
import { ClaudeFailure } from './claude-failure.ts'
import { ClaudeProcess, type ProcessExit } from './claude-process.ts'
import { ControlChannel } from './control-channel.ts'
import { endProcess } from './end-process.ts'
import { failureOfExit } from './failures.ts'
import { FirstWords } from './first-words.ts'
import { type ControlRequest, type IncomingFrame, questionFrame } from './frames.ts'
import type { LaunchSpec } from './launch.ts'
import { readableReasoning } from './opening.ts'
import { RunningTurn } from './running-turn.ts'
import type { SessionDirectory } from './session-directory.ts'
import { canMove, type SessionState } from './session-state.ts'
import type { Setup } from './spare-forecast.ts'
import { ToolNames } from './tool-names.ts'
import { ToolServer } from './tool-server.ts'
import type { TurnForms } from './transcript.ts'
import type { Turn } from './turn.ts'

export interface SessionOptions {
  readonly config: ClaudeConfig
  readonly spec: LaunchSpec
  readonly directory: SessionDirectory
  readonly clock: Clock
  readonly log: Log
}

/** What a turn needs besides itself. */
export interface AskDeps {
  readonly callLiveTool: CallLiveTool
}

/** One Claude Code process and the one conversation it serves in its life; `session-state.ts` draws its states. */
export class ClaudeSession implements AsyncDisposable {
  readonly #options: SessionOptions
  readonly #process: ClaudeProcess
  readonly #control: ControlChannel
  readonly #firstWords: FirstWords
  #state: SessionState = 'parked'
  #onFrame: (frame: IncomingFrame) => void = ignore
  #fail: (error: unknown) => void = ignore
  #asked: Turn | undefined
  #turn: RunningTurn | undefined
  #lastOutputMs: number
  #costUsd = 0
  #turns = 0
  #wasStopped = false
  readonly #hurry = new AbortController()
  #ending: Promise<void> | undefined
  #exit: ProcessExit | undefined
  /** Resolves when the process is gone and its folders are removed. */
  readonly closed: Promise<void>

  constructor(options: SessionOptions) {
    this.#options = options
    this.#lastOutputMs = options.clock.now()
    this.#process = new ClaudeProcess({
      ...options,
      onFrame: (frame) => this.#route(frame),
      onBrokenLine: () => this.#fail(brokenProtocol()),
    })
    const write = this.#process.write.bind(this.#process)
    this.#control = new ControlChannel({
      write,
      onRefused: (request, error) => this.#requestOnRefused(request, error),
    })
    this.#firstWords = new FirstWords({
      ...options,
      control: this.#control,
      write,
      untilTaken: () => this.#untilResult(),
    })
    this.closed = this.#process.exited.then((exit) => this.#processOnExit(exit))
  }

  get state(): SessionState {
    return this.#state
  }

  /** When Claude Code last wrote anything, milliseconds since the epoch. */
  get lastOutputMs(): number {
    return this.#lastOutputMs
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Turns answered so far. */
  get turns(): number {
    return this.#turns
  }

  /** Whether the process has ended without being told to. */
  get hasDied(): boolean {
    return this.#state === 'ended' && !this.#wasStopped
  }

  /** Whether this is the turn that it was asked last: one that was stopped before is none of its past. */
  wasAsked(turn: Turn): boolean {
    return this.#asked === turn
  }

  /** A turn as it may come back in the caller's history; nothing for one that it was not asked last. */
  formsOf(turn: Turn): TurnForms {
    return (this.wasAsked(turn) && this.#turn?.reader.forms) || { open: [], short: [] }
  }

  /** The model has begun to answer the running turn. */
  get isAnswering(): boolean {
    return this.#turn?.reader.hasBegun ?? false
  }

  /** Tools that the running turn waits for, by the caller's names. */
  get runningTools(): string[] {
    return this.#turn?.reader.running ?? []
  }

  /** What the running or last turn has produced so far. */
  get soFar(): TurnResult | undefined {
    return this.#turn?.reader.cutResult()
  }

  /**
   * Tells a parked process in advance what its first question will begin with, and lets it do the work of a first turn.
   * It is given no credential and no message. Resolves when it is ready or has ended, which its state tells.
   */
  async prepare(setup: Setup): Promise<void> {
    assert(this.#state === 'parked', 'a session is prepared before its first question')
    this.#serve(setup, noLiveTools)
    await Promise.race([this.#firstWords.prepare(setup).catch(() => this.end(0)), this.closed])
    this.#onFrame = ignore
  }

  /**
   * Asks one question and tells what comes back; the last event is the result.
   * A session that is `kept` afterwards can be asked again, by the same conversation only; any other is ended by its owner.
   * @throws ClaudeFailure when the turn fails, the signal's reason when it aborts.
   */
  async *ask(turn: Turn, { callLiveTool }: AskDeps, signal: AbortSignal): AsyncGenerator<ClaudeEvent, void, void> {
    signal.throwIfAborted()
    if (this.#exit) throw failureOfExit(this.#exit)
    const isFirst = this.#state === 'parked'
    this.#moveTo('asking')
    this.#asked = turn
    const callInItsPlace: CallLiveTool = async (call, callSignal) => {
      await running.told()
      return callLiveTool(call, callSignal)
    }
    const running = this.#startTurn(this.#serve(turn, { callLiveTool: callInItsPlace, signal }))
    const onAbort = () => this.#fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await (isFirst ? this.#firstWords.begin(turn) : this.#firstWords.goOn(turn))
      running.throwIfFailed()
      this.#onFrame = (frame) => {
        if (frame.type === 'stream_event' && frame.event.type === 'message_start') this.#firstWords.answerBegan(turn)
        running.read(frame)
      }
      this.#process.write(questionFrame(turn.prompt))
      yield* running.events
    } catch (error) {
      // Files and pipes go with the process: that it ended is the reason, not that they are missing.
      const isOwn = error instanceof ClaudeFailure || signal.aborted
      throw this.#exit && !isOwn ? failureOfExit(this.#exit) : error
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#onFrame = ignore
      this.#fail = ignore
      this.#process.resume()
    }
  }

  /** Ends the process and everything it started. Safe to call at any time and more than once. */
  end(graceMs: number): Promise<void> {
    this.#ending ??= this.#end(graceMs)
    return this.#ending
  }

  /** Ends at once what `end` is still being patient with. */
  kill(): void {
    this.#hurry.abort()
    this.#process.signal('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(0)
  }

  async #end(graceMs: number): Promise<void> {
    const { directory, spec, clock } = this.#options
    if (this.#state !== 'ended') this.#moveTo('ending')
    this.#process.resume()
    const { signal: hurry } = this.#hurry
    const hasTools = spec.builtin.length > 0
    await endProcess(this.#process, { graceMs, hurry, mark: directory.path, hasTools, clock })
    await this.closed
  }

  /** The only place the state changes. */
  #moveTo(next: SessionState): void {
    if (this.#state === next) return
    assert(canMove(this.#state, next), `a Claude session cannot go from ${this.#state} to ${next}`)
    this.#options.log.trace({ pid: this.#process.pid, from: this.#state, to: next }, 'Claude session')
    this.#state = next
    this.#wasStopped ||= next === 'ending'
  }

  #route(frame: IncomingFrame): void {
    this.#lastOutputMs = this.#options.clock.now()
    const onError = (error: unknown) => this.#fail(error instanceof ClaudeFailure ? error : unreadableFrame(error))
    try {
      if (frame.type === 'control_request') this.#control.answer(frame).catch(onError)
      else if (frame.type === 'control_response') this.#control.settle(frame)
      else this.#onFrame(frame)
    } catch (error) {
      onError(error)
    }
  }

  /** From here on Claude Code's questions about tools are answered for this turn. */
  #serve({ tools }: Pick<Turn, 'tools'>, deps: AskDeps & { signal: AbortSignal }): ToolNames {
    const names = new ToolNames(tools)
    const server = new ToolServer({ tools, names, ...deps })
    this.#control.serve({ names, tools: server, onHeldCall: () => this.#turn?.holdCall() })
    return names
  }

  #startTurn(names: ToolNames): RunningTurn {
    const turn = new RunningTurn({
      names,
      costBefore: this.#costUsd,
      source: this.#process,
      onAnswered: () => this.#turnOnAnswered(turn),
      onMustCut: () => this.#cut(),
    })
    this.#turn = turn
    this.#fail = (error) => turn.fail(error)
    return turn
  }

  #turnOnAnswered({ reader }: RunningTurn): void {
    this.#costUsd += reader.result?.costUsd ?? 0
    this.#turns += 1
    this.#moveTo('kept')
  }

  /** Nothing gentler is fast enough to keep Claude Code from asking the model again. */
  #cut(): void {
    this.kill()
    this.#moveTo('ending')
  }

  /** Only how reasoning is shown may be refused: the answer is then right all the same. */
  #requestOnRefused(request: ControlRequest['subtype'], error: string): void {
    if (request !== readableReasoning.subtype) this.#fail(refusedRequest(request, error))
    else this.#options.log.warn({ error }, 'this version of Claude Code does not tell its reasoning in words')
  }

  /** Resolves with the next `result` frame; rejects as soon as the turn has failed. */
  #untilResult(): Promise<void> {
    this.#turn?.throwIfFailed()
    const failBefore = this.#fail
    return new Promise<void>((resolve, reject) => {
      this.#fail = reject
      this.#onFrame = (frame) => {
        if (frame.type === 'result') resolve()
      }
    }).finally(() => {
      this.#fail = failBefore
    })
  }

  async #processOnExit(exit: ProcessExit): Promise<void> {
    this.#exit = exit
    this.#fail(failureOfExit(exit))
    this.#moveTo('ended')
    await this.#options.directory.remove()
  }
}

function brokenProtocol(): ClaudeFailure {
  return new ClaudeFailure('Claude Code wrote a line that is no JSON', { class: 'crashed', transient: true })
}

/** A frame of a known kind whose fields are not what they were. */
function unreadableFrame(error: unknown): ClaudeFailure {
  const details = messageOf(error)
  return new ClaudeFailure('Claude Code wrote a frame that cannot be read', { class: 'crashed', details, cause: error })
}

function refusedRequest(request: string, error: string): ClaudeFailure {
  return new ClaudeFailure(`Claude Code refused the control request "${request}"`, { class: 'crashed', details: error })
}

function ignore(): void {}

/** While nobody asks, nobody runs tools. */
const noLiveTools = {
  callLiveTool: () => Promise.reject(new Error('no job is running')),
  signal: AbortSignal.abort(new Error('no job is running')),
}
