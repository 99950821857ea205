import { AsyncQueue } from '../../shared/async-queue.ts'
import type { ClaudeEvent } from './claude-event.ts'
import type { IncomingFrame } from './frames.ts'
import type { ToolNames } from './tool-names.ts'
import { TurnReader } from './turn-reader.ts'

/** Events that may wait for a slow router before Claude Code is made to wait too. */
const queuedEventsLimit = 2_000

export interface RunningTurnOptions {
  readonly names: ToolNames
  /** What the process had cost before this turn. */
  readonly costBefore: number
  /** The pipe that the frames come from. */
  readonly source: { pause(): void; resume(): void }
  /** The turn has its result and the process is ready for the next. */
  readonly onAnswered: () => void
  /** Everything was said that was asked for, and the process must be stopped before it asks the model again by itself. */
  readonly onMustCut: () => void
}

/**
 * One turn while it runs: frames in, events out. The frames are read as they come, also while nobody asks for events: what has
 * to happen at once does not wait for a slow reader, and a reader that is very slow makes Claude Code wait.
 */
export class RunningTurn {
  readonly reader: TurnReader
  readonly #options: RunningTurnOptions
  readonly #events: AsyncQueue<ClaudeEvent>
  #failure: unknown

  constructor(options: RunningTurnOptions) {
    const { names, costBefore, source } = options
    this.#options = options
    this.reader = new TurnReader({ names, costBefore })
    this.#events = new AsyncQueue({ limit: queuedEventsLimit, onRoom: () => source.resume() })
  }

  /** In order; the last one is the result. Throws what the turn failed with. */
  get events(): AsyncIterable<ClaudeEvent> {
    return this.#events
  }

  /** Resolves when everything that was read so far has been passed on, also to a slow reader: what a tool is asked for comes behind it. */
  told(): Promise<void> {
    return this.#events.caughtUp()
  }

  /** @throws what the turn failed with, which is to be handed to `fail`. */
  read(frame: IncomingFrame): void {
    for (const event of this.reader.read(frame)) if (!this.#events.push(event)) this.#options.source.pause()
    this.#finishIfOver()
  }

  /** Claude Code executes a call that it was told to leave to the caller. */
  holdCall(): void {
    this.reader.holdCall()
    this.#finishIfOver()
  }

  /** The first failure wins; after the end there is none. */
  fail(error: unknown): void {
    this.#failure ??= error
    this.#events.fail(error)
  }

  /** For those who have waited for something else than events. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #finishIfOver(): void {
    if (this.reader.result) {
      this.#options.onAnswered()
      this.#events.end()
    } else if (this.reader.mustCut) {
      this.#options.onMustCut()
      this.#events.push({ type: 'result', result: this.reader.cutResult() })
      this.#events.end()
    }
  }
}
