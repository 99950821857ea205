import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { AsyncQueue } from '../../shared/async-queue.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import type { CallLiveTool, ClaudeEvent, TurnResult } from './claude-event.ts'
import { ClaudeFailure } from './claude-failure.ts'
import { ClaudeProcess } from './claude-process.ts'
import { ControlChannel } from './control-channel.ts'
import { sessionFile } from './conversation.ts'
import { endProcess } from './end-process.ts'
import { failureOfExit } from './failures.ts'
import { assistantFrame, type IncomingFrame, type OutgoingFrame, questionFrame, silentUserFrame } from './frames.ts'
import type { LaunchSpec } from './launch.ts'
import { credentialFrames, initializeRequest, readableReasoning, settingsRequest } from './opening.ts'
import type { SessionDirectory } from './session-directory.ts'
import type { Setup } from './spare-forecast.ts'
import { ToolNames } from './tool-names.ts'
import { ToolServer } from './tool-server.ts'
import type { TurnForms } from './transcript.ts'
import type { Turn } from './turn.ts'
import { TurnReader } from './turn-reader.ts'

export type SessionState = 'parked' | 'asking' | 'kept' | 'ending' | 'ended'

const moves: Record<SessionState, readonly SessionState[]> = {
  parked: ['asking', 'ending', 'ended'],
  asking: ['kept', 'ending', 'ended'],
  kept: ['asking', 'ending', 'ended'],
  ending: ['ended'],
  ended: [],
}

/** Events that may wait for a slow router before Claude Code is made to wait too. */
const queuedEventsLimit = 2_000

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

/**
 * One Claude Code process and the one conversation it serves in its life.
 *
 *   parked → asking → kept → asking …   the same conversation goes on
 *                      └→ ending → ended
 *   any state → ending → ended
 *
 * The frames are read as they come, also while nobody asks for events: what must happen at once (answering Claude Code,
 * cutting a turn) does not wait for a slow reader.
 */
export class ClaudeSession implements AsyncDisposable {
  readonly #options: SessionOptions
  readonly #process: ClaudeProcess
  readonly #control: ControlChannel
  #state: SessionState = 'parked'
  #onFrame: (frame: IncomingFrame) => void = () => {}
  #fail: (error: unknown) => void = () => {}
  #reader: TurnReader | undefined
  #lastOutputMs: number
  #costUsd = 0
  #turns = 0
  #wasPrepared = false
  #ending: Promise<void> | undefined
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
    this.#control = new ControlChannel({
      write: (...frames) => this.#process.write(...frames),
      onRefused: (request, error) => this.#fail(refusedRequest(request, error)),
    })
    this.closed = this.#process.exited.then((exit) => this.#afterExit(exit))
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

  /** The last turn as it may come back in the caller's history. */
  get forms(): TurnForms {
    return this.#reader?.forms ?? { open: [], short: [] }
  }

  /** Tools that the running turn waits for, by the caller's names. */
  get runningTools(): string[] {
    return this.#reader?.running ?? []
  }

  /** What the running or last turn has produced so far. */
  get soFar(): TurnResult | undefined {
    return this.#reader?.cutResult()
  }

  /**
   * Tells a parked process in advance what its first question will begin with, and lets it do the work of a first turn.
   * It is given no credential and no message. Resolves when it is ready or has failed, which its state tells.
   */
  async prepare(setup: Setup): Promise<void> {
    assert(this.#state === 'parked' && !this.#wasPrepared, 'a session is prepared once, before its first question')
    this.#wasPrepared = true
    const names = new ToolNames(setup.tools)
    this.#control.serve({
      names,
      tools: new ToolServer({ tools: setup.tools, names, ...noLiveTools }),
      onHeldCall: () => {},
    })
    const ready = this.#untilResult()
    const settings = { ...setup, maxTokens: undefined, env: {} }
    this.#process.write(
      ...this.#openingFrames(setup),
      this.#control.frame(settingsRequest(settings)),
      silentUserFrame([]),
    )
    await ready.catch(() => this.end(0))
    this.#onFrame = () => {}
  }

  /**
   * Asks one question and tells what comes back; the last event is the result.
   * A session that is `kept` afterwards can be asked again, by the same conversation only; any other is ended by its owner.
   * @throws ClaudeFailure when the turn fails, the signal's reason when it aborts.
   */
  async *ask(turn: Turn, { callLiveTool }: AskDeps, signal: AbortSignal): AsyncGenerator<ClaudeEvent, void, void> {
    signal.throwIfAborted()
    const isFirst = this.#state === 'parked'
    this.#moveTo('asking')
    const events = new AsyncQueue<ClaudeEvent>({ limit: queuedEventsLimit, onRoom: () => this.#process.resume() })
    const onAbort = () => this.#fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#fail = (error) => events.fail(error)
    try {
      this.#serve(turn, { callLiveTool, signal, events })
      this.#process.write(...(await this.#beginning(turn, isFirst)))
      if (isFirst && !this.#options.spec.resumes) await this.#retell(turn)
      this.#readTurn(events)
      this.#process.write(questionFrame(turn.prompt))
      yield* events
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#onFrame = () => {}
      this.#fail = () => {}
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
    this.#process.signal('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(0)
  }

  async #end(graceMs: number): Promise<void> {
    const { directory, spec, clock } = this.#options
    if (this.#state !== 'ended') this.#moveTo('ending')
    this.#process.resume()
    await endProcess(this.#process, { graceMs, mark: directory.path, hasTools: spec.builtin.length > 0, clock })
    await this.closed
  }

  /** The only place the state changes. */
  #moveTo(next: SessionState): void {
    if (this.#state === next) return
    assert(moves[this.#state].includes(next), `a Claude session cannot go from ${this.#state} to ${next}`)
    this.#options.log.trace({ pid: this.#process.pid, from: this.#state, to: next }, 'Claude session')
    this.#state = next
  }

  #route(frame: IncomingFrame): void {
    this.#lastOutputMs = this.#options.clock.now()
    if (frame.type === 'control_request') void this.#control.answer(frame)
    else if (frame.type === 'control_response') this.#control.settle(frame)
    else this.#onFrame(frame)
  }

  #serve(
    turn: Turn,
    { callLiveTool, signal, events }: AskDeps & { signal: AbortSignal; events: AsyncQueue<ClaudeEvent> },
  ): void {
    const names = new ToolNames(turn.tools)
    const reader = new TurnReader({ names, costBefore: this.#costUsd })
    this.#reader = reader
    this.#control.serve({
      names,
      tools: new ToolServer({ tools: turn.tools, names, callLiveTool, signal }),
      onHeldCall: () => {
        reader.holdCall()
        if (reader.mustCut) this.#cutTurn(reader, events)
      },
    })
  }

  /** Everything before the conversation. Settings are told with every question, the rest only with the first. */
  async #beginning(turn: Turn, isFirst: boolean): Promise<OutgoingFrame[]> {
    const { config, spec, directory, clock } = this.#options
    const settings = this.#control.frame(settingsRequest({ ...turn, env: spec.builtin.length > 0 ? turn.env : {} }))
    if (!isFirst) return [settings]
    if (spec.resumes) await writeFile(directory.historyFile, sessionFile(turn.history, clock.now()), { mode: 0o600 })
    const opening = this.#wasPrepared ? [] : this.#openingFrames(turn)
    return [...opening, ...credentialFrames(config.credential), settings]
  }

  #openingFrames(setup: Setup): OutgoingFrame[] {
    return [this.#control.frame(initializeRequest(setup)), this.#control.frame(readableReasoning)]
  }

  /** Tells the history message by message. Claude Code has to have taken each user message before the answer that follows it. */
  async #retell({ history }: Turn): Promise<void> {
    for (const message of history) {
      if (message.role === 'assistant') {
        this.#process.write(assistantFrame(message.content))
        continue
      }
      const taken = this.#untilResult()
      this.#process.write(silentUserFrame(message.content))
      await taken
    }
  }

  /** Resolves with the next `result` frame; rejects as soon as the turn has failed. */
  #untilResult(): Promise<void> {
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

  #readTurn(events: AsyncQueue<ClaudeEvent>): void {
    const reader = this.#reader
    assert(reader, 'a turn is read by its reader')
    this.#onFrame = (frame) => {
      try {
        for (const event of reader.read(frame)) if (!events.push(event)) this.#process.pause()
        if (reader.result) this.#finishTurn(events)
        else if (reader.mustCut) this.#cutTurn(reader, events)
      } catch (error) {
        events.fail(error)
      }
    }
  }

  #finishTurn(events: AsyncQueue<ClaudeEvent>): void {
    this.#costUsd += this.#reader?.result?.costUsd ?? 0
    this.#turns += 1
    this.#moveTo('kept')
    events.end()
  }

  /** Nothing gentler is fast enough to keep Claude Code from asking the model again. */
  #cutTurn(reader: TurnReader, events: AsyncQueue<ClaudeEvent>): void {
    this.kill()
    this.#moveTo('ending')
    events.push({ type: 'result', result: reader.cutResult() })
    events.end()
  }

  async #afterExit(exit: Awaited<ClaudeProcess['exited']>): Promise<void> {
    this.#fail(failureOfExit(exit))
    this.#moveTo('ended')
    await this.#options.directory.remove()
  }
}

function brokenProtocol(): ClaudeFailure {
  return new ClaudeFailure('Claude Code wrote a line that is no JSON', { class: 'crashed', transient: true })
}

function refusedRequest(request: string, error: string): ClaudeFailure {
  return new ClaudeFailure(`Claude Code refused the control request "${request}"`, { class: 'crashed', details: error })
}

/** While nobody asks, nobody runs tools. */
const noLiveTools = {
  callLiveTool: () => Promise.reject(new Error('no job is running')),
  signal: AbortSignal.abort(new Error('no job is running')),
}
