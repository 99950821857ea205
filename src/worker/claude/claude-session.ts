import assert from 'node:assert/strict'
import type { ClaudeConfig } from '../worker-config.ts'
import type { CallLiveTool, ClaudeEvent } from './claude-event.ts'
import { ClaudeFailure } from './claude-failure.ts'
import type { ProcessExit } from './claude-process.ts'
import { endProcess } from './end-process.ts'
import { failureOfExit } from './failures.ts'
import { FirstWords } from './first-words.ts'
import { FrameExchange, type FrameExchangeOptions, nobody } from './frame-exchange.ts'
import { type IncomingFrame, questionFrame } from './frames.ts'
import type { RunningTurn } from './running-turn.ts'
import { type SessionState, SessionStateKeeper } from './session-state.ts'
import { SessionTurns } from './session-turns.ts'
import type { Setup } from './spare-forecast.ts'
import { ToolNames } from './tool-names.ts'
import { ToolServer } from './tool-server.ts'
import type { Turn } from './turn.ts'

export interface SessionOptions extends FrameExchangeOptions {
  readonly config: ClaudeConfig
}

/** What a turn needs besides itself. */
export interface AskDeps {
  readonly callLiveTool: CallLiveTool
}

/** One Claude Code process and the one conversation it serves in its life; `session-state.ts` draws its states. */
export class ClaudeSession implements AsyncDisposable {
  readonly #options: SessionOptions
  readonly #frames: FrameExchange
  readonly #firstWords: FirstWords
  readonly #states: SessionStateKeeper
  readonly #hurry = new AbortController()
  #ending: Promise<void> | undefined
  #exit: ProcessExit | undefined
  /** What it was asked. */
  readonly turns = new SessionTurns()
  /** Resolves when the process is gone and its folders are removed. */
  readonly closed: Promise<void>

  constructor(options: SessionOptions) {
    this.#options = options
    this.#frames = new FrameExchange(options)
    const { control, process } = this.#frames
    this.#states = new SessionStateKeeper((from, to) => {
      options.log.trace({ pid: process.pid, from, to }, 'Claude session')
    })
    this.#firstWords = new FirstWords({
      ...options,
      control,
      write: (...frames) => process.write(...frames),
      untilTaken: () => this.#untilTaken(),
    })
    this.closed = process.exited.then((exit) => this.#processOnExit(exit))
  }

  /** What it means that the process has ended; undefined while it runs. */
  get failureOfEnd(): ClaudeFailure | undefined {
    return this.#exit && failureOfExit(this.#exit)
  }

  get state(): SessionState {
    return this.#states.state
  }

  /** Whether the process has ended without being told to. */
  get hasDied(): boolean {
    return this.#states.hasDied
  }

  /** When Claude Code last wrote anything, milliseconds since the epoch. */
  get lastOutputMs(): number {
    return this.#frames.lastOutputMs
  }

  get pid(): number | undefined {
    return this.#frames.process.pid
  }

  /**
   * Tells a parked process in advance what its first question will begin with, and lets it do the work of a first turn.
   * It is given no credential and no message. Resolves when it is ready or has ended, which its state tells.
   */
  async prepare(setup: Setup): Promise<void> {
    assert(this.state === 'parked', 'a session is prepared before its first question')
    this.#serve(setup, noLiveTools)
    await Promise.race([this.#firstWords.prepare(setup).catch(() => this.end(0)), this.closed])
  }

  /**
   * Asks one question and tells what comes back; the last event is the result.
   * A session that is `kept` afterwards can be asked again, by the same conversation only; any other is ended by its owner.
   * @throws ClaudeFailure when the turn fails, the signal's reason when it aborts.
   */
  async *ask(turn: Turn, { callLiveTool }: AskDeps, signal: AbortSignal): AsyncGenerator<ClaudeEvent, void, void> {
    signal.throwIfAborted()
    if (this.#exit) throw failureOfExit(this.#exit)
    const isFirst = this.state === 'parked'
    this.#states.moveTo('asking')
    const running = this.#begin(turn, callLiveTool, signal)
    const onAbort = () => this.#frames.fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await (isFirst ? this.#firstWords.begin(turn) : this.#firstWords.goOn(turn))
      running.throwIfFailed()
      this.#question(turn, running)
      yield* running.events
    } catch (error) {
      // Files and pipes go with the process: that it ended is the reason, not that they are missing.
      const isOwn = error instanceof ClaudeFailure || signal.aborted
      throw this.#exit && !isOwn ? failureOfExit(this.#exit) : error
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#frames.hear(nobody)
      this.#frames.process.resume()
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
    this.#frames.process.signal('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(0)
  }

  async #end(graceMs: number): Promise<void> {
    const { directory, spec, clock } = this.#options
    const { process } = this.#frames
    if (this.state !== 'ended') this.#states.moveTo('ending')
    process.resume()
    const { signal: hurry } = this.#hurry
    const hasTools = spec.builtin.length > 0
    await endProcess(process, { graceMs, hurry, mark: directory.path, hasTools, clock })
    await this.closed
  }

  /** From here on Claude Code's questions about tools are answered for this turn. */
  #serve({ tools }: Pick<Turn, 'tools'>, deps: AskDeps & { signal: AbortSignal }): ToolNames {
    const names = new ToolNames(tools)
    const server = new ToolServer({ tools, names, ...deps })
    this.#frames.control.serve({ names, tools: server, onHeldCall: () => this.turns.last?.holdCall() })
    return names
  }

  /** From here on what fails is the turn's failure; nothing that is read is the turn's before its question is asked. */
  #begin(turn: Turn, callLiveTool: CallLiveTool, signal: AbortSignal): RunningTurn {
    const callInItsPlace: CallLiveTool = async (call, callSignal) => {
      await running.told()
      const answer = await callLiveTool(call, callSignal)
      running.reader.liveToolEnded(call.id, answer)
      return answer
    }
    const running = this.turns.begin(turn, {
      names: this.#serve(turn, { callLiveTool: callInItsPlace, signal }),
      source: this.#frames.process,
      onAnswered: () => this.#states.moveTo('kept'),
      onMustCut: () => this.#cut(),
    })
    this.#frames.hear({ ...nobody, onFailure: (error) => running.fail(error) })
    return running
  }

  #question(turn: Turn, running: RunningTurn): void {
    const onFrame = (frame: IncomingFrame) => {
      if (frame.type === 'stream_event' && frame.event.type === 'message_start') this.#firstWords.answerBegan(turn)
      running.read(frame)
    }
    this.#frames.hear({ onFrame, onFailure: (error) => running.fail(error) })
    this.#frames.process.write(questionFrame(turn.prompt))
  }

  /** Nothing gentler is fast enough to keep Claude Code from asking the model again. */
  #cut(): void {
    this.kill()
    this.#states.moveTo('ending')
  }

  /** Resolves when what was written before the question is taken; rejects as soon as the turn has failed. */
  #untilTaken(): Promise<void> {
    this.turns.last?.throwIfFailed()
    return this.#frames.untilResult()
  }

  async #processOnExit(exit: ProcessExit): Promise<void> {
    this.#exit = exit
    this.#frames.fail(failureOfExit(exit))
    this.#states.moveTo('ended')
    await this.#options.directory.remove()
  }
}

/** While nobody asks, nobody runs tools. */
const noLiveTools = {
  callLiveTool: () => Promise.reject(new Error('no job is running')),
  signal: AbortSignal.abort(new Error('no job is running')),
}
