import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Clock } from '../../shared/clock.ts'
import type { ClaudeConfig } from '../worker-config.ts'
import type { ControlChannel } from './control-channel.ts'
import { sessionFile } from './conversation.ts'
import { apiKeyRequests, tokenFrames, withdrawalFrames } from './credential-frames.ts'
import { assistantFrame, type OutgoingFrame, silentUserFrame, warmUpFrame } from './frames.ts'
import type { LaunchSpec } from './launch.ts'
import { initializeRequest, readableReasoning, settingsRequest } from './opening.ts'
import type { SessionDirectory } from './session-directory.ts'
import type { Setup } from './spare-forecast.ts'
import type { HistoryMessage, Turn } from './turn.ts'

export interface FirstWordsOptions {
  readonly config: Pick<ClaudeConfig, 'credential'>
  readonly spec: LaunchSpec
  readonly directory: SessionDirectory
  readonly clock: Clock
  readonly control: ControlChannel
  readonly write: (...frames: OutgoingFrame[]) => void
  /** Resolves when Claude Code has taken what was written; rejects when the turn has failed. */
  readonly untilTaken: () => Promise<void>
}

/** What is said to a Claude Code process before its question: once what cannot be taken back, each time the settings. */
export class FirstWords {
  readonly #options: FirstWordsOptions
  #saidSetup = false
  #hasToken = false
  /** The settings that Claude Code was told last. */
  #inForce = ''

  constructor(options: FirstWordsOptions) {
    this.#options = options
  }

  /** Setup and warm-up without a question, a message or a credential. */
  async prepare(setup: Setup): Promise<void> {
    const { control, write, untilTaken } = this.#options
    const taken = untilTaken()
    const uuid = randomUUID()
    write(...this.#setup(setup), ...this.#settings({ ...setup, maxTokens: undefined, env: {} }), warmUpFrame(uuid))
    await taken
    // Left in place it would count as the conversation's first message, which Claude Code's version line is made from.
    const answer = await control.ask({ subtype: 'rewind_conversation', target_message_uuid: uuid })
    if ((answer as { rewound?: boolean } | undefined)?.rewound === false)
      throw new Error('the warm-up was not taken back')
  }

  /** Before the first question: setup, credential, settings, and the conversation so far. */
  async begin(turn: Turn): Promise<void> {
    const { spec, directory, clock, write } = this.#options
    if (spec.resumes) await writeFile(directory.historyFile, sessionFile(turn.history, clock.now()), { mode: 0o600 })
    write(...this.#setup(turn), ...this.#token(), ...(await this.#settingsAndKey(turn)))
    if (!spec.resumes) await this.#retell(turn.history)
  }

  /** Before every later question. */
  async goOn(turn: Turn): Promise<void> {
    const frames = [...this.#token(), ...(await this.#settingsAndKey(turn))]
    if (frames.length > 0) this.#options.write(...frames)
  }

  /**
   * The model has begun to answer. Without tools this answer is the last one: a process that would ask on by itself, and is
   * not killed in time, finds no token to do it with.
   */
  answerBegan({ tools }: Pick<Turn, 'tools'>): void {
    const { config, spec, write } = this.#options
    if (!this.#hasToken || spec.builtin.length + tools.returned.length + tools.live.length > 0) return
    this.#hasToken = false
    write(...withdrawalFrames(config.credential))
  }

  #token(): OutgoingFrame[] {
    if (this.#hasToken) return []
    const frames = tokenFrames(this.#options.config.credential)
    this.#hasToken = frames.length > 0
    return frames
  }

  async #settingsAndKey(turn: Turn): Promise<OutgoingFrame[]> {
    const { config, directory, control } = this.#options
    const key = await apiKeyRequests(config.credential, directory)
    return [...this.#settings(turn), ...key.map((request) => control.frame(request))]
  }

  #setup(setup: Setup): OutgoingFrame[] {
    if (this.#saidSetup) return []
    this.#saidSetup = true
    const { control } = this.#options
    return [control.frame(initializeRequest(setup)), control.frame(readableReasoning)]
  }

  /**
   * A job's secrets are for the tools that run in the process; where none can run, they stay outside. What is in force
   * already is not said again: Claude Code takes some milliseconds over it, with the caller waiting.
   */
  #settings(turn: Parameters<typeof settingsRequest>[0]): OutgoingFrame[] {
    const { control, spec } = this.#options
    const request = settingsRequest({ ...turn, env: spec.builtin.length > 0 ? turn.env : {} })
    const text = JSON.stringify(request)
    if (text === this.#inForce) return []
    this.#inForce = text
    return [control.frame(request)]
  }

  /** Message by message. Claude Code has to have taken each user message before the answer that follows it. */
  async #retell(history: readonly HistoryMessage[]): Promise<void> {
    const { write, untilTaken } = this.#options
    for (const message of history) {
      if (message.role === 'assistant') {
        write(assistantFrame(message.content))
        continue
      }
      const taken = untilTaken()
      write(silentUserFrame(message.content))
      await taken
    }
  }
}
