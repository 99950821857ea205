import { messageOf } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { ClaudeFailure } from './claude-failure.ts'
import { ClaudeProcess, type ClaudeProcessOptions } from './claude-process.ts'
import { ControlChannel } from './control-channel.ts'
import type { ControlRequest, IncomingFrame } from './frames.ts'
import { readableReasoning } from './opening.ts'

export interface FrameExchangeOptions extends Omit<ClaudeProcessOptions, 'onFrame' | 'onBrokenLine'> {
  readonly log: Log
}

/** Who hears what Claude Code writes, and why nothing that it writes counts any more. */
export interface FrameListener {
  readonly onFrame: (frame: IncomingFrame) => void
  readonly onFailure: (error: unknown) => void
}

/** While nobody asks, nothing is heard. */
export const nobody: FrameListener = { onFrame: () => {}, onFailure: () => {} }

/** The frames between a session and its process: requests and their answers go to the control channel, all else to whoever listens. */
export class FrameExchange {
  readonly process: ClaudeProcess
  readonly control: ControlChannel
  readonly #options: FrameExchangeOptions
  #listener = nobody
  #lastOutputMs: number

  constructor(options: FrameExchangeOptions) {
    this.#options = options
    this.#lastOutputMs = options.clock.now()
    this.process = new ClaudeProcess({
      ...options,
      onFrame: (frame) => this.#route(frame),
      onBrokenLine: () => this.fail(brokenProtocol()),
    })
    this.control = new ControlChannel({
      write: (...frames) => this.process.write(...frames),
      onRefused: (request, error) => this.#requestOnRefused(request, error),
    })
  }

  /** When Claude Code last wrote anything, milliseconds since the epoch. */
  get lastOutputMs(): number {
    return this.#lastOutputMs
  }

  /** This one listens from now on, instead of whoever did. */
  hear(listener: FrameListener): void {
    this.#listener = listener
  }

  /** Tells whoever listens that it has failed. */
  fail(error: unknown): void {
    this.#listener.onFailure(error)
  }

  /** Listens alone until the next `result` frame; rejects with what fails before. */
  async untilResult(): Promise<void> {
    const before = this.#listener
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onFrame = (frame: IncomingFrame) => {
      if (frame.type === 'result') resolve()
    }
    this.hear({ onFrame, onFailure: reject })
    try {
      await promise
    } finally {
      this.hear(before)
    }
  }

  #route(frame: IncomingFrame): void {
    this.#lastOutputMs = this.#options.clock.now()
    const onError = (error: unknown) => this.fail(error instanceof ClaudeFailure ? error : unreadableFrame(error))
    try {
      if (frame.type === 'control_request') this.control.answer(frame).catch(onError)
      else if (frame.type === 'control_response') this.control.settle(frame)
      else this.#listener.onFrame(frame)
    } catch (error) {
      onError(error)
    }
  }

  /** Only how reasoning is shown may be refused: the answer is then right all the same. */
  #requestOnRefused(request: ControlRequest['subtype'], error: string): void {
    if (request !== readableReasoning.subtype) this.fail(refusedRequest(request, error))
    else this.#options.log.warn({ error }, 'this version of Claude Code does not tell its reasoning in words')
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
