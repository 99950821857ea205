import type { ReturnedToolCall } from '../../protocol/worker-messages.ts'
import type { EventStream } from './event-stream.ts'

type Prose = 'text' | 'thinking'

const emptyBlocks = {
  text: { type: 'text', text: '' },
  thinking: { type: 'thinking', thinking: '', signature: '' },
} as const

/** Writes the content blocks of a streamed message: one at a time, numbered, each closed before the next. */
export class BlockWriter {
  readonly #stream: EventStream
  #index = -1
  #open: Prose | undefined

  constructor(stream: EventStream) {
    this.#stream = stream
  }

  /** A piece of text or thought, in the open block if it is of that kind. */
  async prose(kind: Prose, piece: string): Promise<void> {
    if (this.#open !== kind) {
      await this.close()
      await this.#start(emptyBlocks[kind])
      this.#open = kind
    }
    await this.#delta(
      kind === 'text' ? { type: 'text_delta', text: piece } : { type: 'thinking_delta', thinking: piece },
    )
  }

  /** A whole tool call. */
  async toolUse({ id, function: { name, arguments: text } }: ReturnedToolCall): Promise<void> {
    await this.close()
    await this.#start({ type: 'tool_use', id, name, input: {} })
    if (text) await this.#delta({ type: 'input_json_delta', partial_json: text })
    await this.#stop()
  }

  /** Closes the open block, if there is one. */
  async close(): Promise<void> {
    if (this.#open) await this.#stop()
    this.#open = undefined
  }

  async #start(content_block: object): Promise<void> {
    this.#index += 1
    await this.#send({ type: 'content_block_start', index: this.#index, content_block })
  }

  async #delta(delta: object): Promise<void> {
    await this.#send({ type: 'content_block_delta', index: this.#index, delta })
  }

  async #stop(): Promise<void> {
    await this.#send({ type: 'content_block_stop', index: this.#index })
  }

  async #send(event: { type: string; [field: string]: unknown }): Promise<void> {
    await this.#stream.send(event, event.type)
  }
}
