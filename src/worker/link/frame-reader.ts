import { type Decoded, decodeRouterMessage } from '../../protocol/codec.ts'
import type { RouterMessage } from '../../protocol/router-messages.ts'
import type { Log } from '../../shared/log.ts'

/** Decodes what a router sends and says in the log what could not be read: an unknown type once, a broken frame each time. */
export class FrameReader {
  readonly #log: Log
  readonly #unknownTypes = new Set<string>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Never throws and never logs contents: they may be prompts. */
  read(text: string): Decoded<RouterMessage> {
    const frame = decodeRouterMessage(text)
    if (frame.kind === 'unknown') this.#noteUnknown(frame.type)
    if (frame.kind === 'invalid') {
      const { type, jobId, problem } = frame
      this.#log.warn({ type, jobId, problem }, 'the router sent a frame that cannot be read; going on')
    }
    return frame
  }

  #noteUnknown(type: string): void {
    // Bounded, so that a router gone wrong cannot fill the memory with invented types.
    if (this.#unknownTypes.has(type) || this.#unknownTypes.size >= 100) return
    this.#unknownTypes.add(type)
    this.#log.info({ type }, 'the router sent a message of an unknown type; such messages are ignored')
  }
}
