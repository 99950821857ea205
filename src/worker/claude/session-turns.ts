import type { TurnResult } from './claude-event.ts'
import { RunningTurn, type RunningTurnOptions } from './running-turn.ts'
import type { TurnForms } from './transcript.ts'
import type { Turn } from './turn.ts'

/** The turns that a session was asked: the last one as it is known so far, and what the answered ones come to. */
export class SessionTurns {
  #asked: Turn | undefined
  #last: RunningTurn | undefined
  #answered = 0
  #costUsd = 0

  /** Begins a turn, which is the last one from here on. */
  begin(turn: Turn, options: Omit<RunningTurnOptions, 'costBefore'>): RunningTurn {
    const onAnswered = () => {
      this.#costUsd += running.reader.result?.costUsd ?? 0
      this.#answered += 1
      options.onAnswered()
    }
    const running = new RunningTurn({ ...options, costBefore: this.#costUsd, onAnswered })
    this.#asked = turn
    this.#last = running
    return running
  }

  /** The turn that was asked last, also when it is over. */
  get last(): RunningTurn | undefined {
    return this.#last
  }

  /** How many have been answered so far. */
  get answered(): number {
    return this.#answered
  }

  /** Whether this is the turn that was asked last: one that was stopped before is none of the session's past. */
  wasAsked(turn: Turn): boolean {
    return this.#asked === turn
  }

  /** A turn as it may come back in the caller's history; nothing for one that was not asked last. */
  formsOf(turn: Turn): TurnForms {
    return (this.wasAsked(turn) && this.#last?.reader.forms) || { open: [], short: [] }
  }

  /** The model has begun to answer the last turn. */
  get isAnswering(): boolean {
    return this.#last?.reader.hasBegun ?? false
  }

  /** Tools that the last turn waits for, by the caller's names. */
  get runningTools(): string[] {
    return this.#last?.reader.running ?? []
  }

  /** What the last turn has produced so far. */
  get soFar(): TurnResult | undefined {
    return this.#last?.reader.cutResult()
  }
}
