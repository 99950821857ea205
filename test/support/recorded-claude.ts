import { WaitingQueue } from '../../src/dev/waiting-queue.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { ClaudeProcess } from '../../src/worker/claude/claude-process.ts'
import { ControlChannel } from '../../src/worker/claude/control-channel.ts'
import type { IncomingFrame, OutgoingFrame } from '../../src/worker/claude/frames.ts'
import type { LaunchSpec } from '../../src/worker/claude/launch.ts'
import type { SessionDirectory } from '../../src/worker/claude/session-directory.ts'
import type { ClaudeConfig } from '../../src/worker/worker-config.ts'

/** One process as the engine starts it, with every frame that it has written. */
export class RecordedClaude implements AsyncDisposable {
  readonly frames: IncomingFrame[] = []
  readonly control: ControlChannel
  readonly refused: string[] = []
  readonly #process: ClaudeProcess
  readonly #results = new WaitingQueue<IncomingFrame>()

  constructor(options: { config: Pick<ClaudeConfig, 'path' | 'env'>; spec: LaunchSpec; directory: SessionDirectory }) {
    this.#process = new ClaudeProcess({
      ...options,
      clock: systemClock,
      onFrame: (frame) => void this.#read(frame),
      onBrokenLine: (line) => this.#results.close(new Error(`Claude Code wrote ${line}`)),
    })
    this.control = new ControlChannel({
      write: (...frames) => this.#process.write(...frames),
      onRefused: (request) => this.refused.push(request),
    })
    void this.#process.exited.then(({ words }) => this.#results.close(new Error(`Claude Code ended: ${words}`)))
  }

  write(...frames: OutgoingFrame[]): void {
    this.#process.write(...frames)
  }

  /** Writes these, and waits for the next `result`. */
  async ask(...frames: OutgoingFrame[]): Promise<void> {
    this.write(...frames)
    await this.#results.next(() => true, 20_000, 'a "result" of Claude Code')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.signal('SIGKILL')
    await this.#process.exited
  }

  async #read(frame: IncomingFrame): Promise<void> {
    this.frames.push(frame)
    if (frame.type === 'result') this.#results.push(frame)
    if (frame.type === 'control_request') await this.control.answer(frame)
    if (frame.type === 'control_response') this.control.settle(frame)
  }
}
