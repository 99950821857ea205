import type { Call } from './answer.ts'
import type { ClaudeEvent } from './claude-event.ts'
import type { ModelBlockStart, ModelDelta } from './frames.ts'
import type { ToolNames } from './tool-names.ts'
import type { Transcript } from './transcript.ts'
import type { JsonObject } from './turn.ts'

/** Reads the blocks of the model's answers as they stream by: text, reasoning, and calls with their arguments. */
export class BlockReader {
  readonly #names: ToolNames
  readonly #transcript: Transcript
  #open: { readonly call: Call; json: string } | undefined
  #reasoning = ''

  /** What is read goes into the transcript, except the reasoning. */
  constructor(names: ToolNames, transcript: Transcript) {
    this.#names = names
    this.#transcript = transcript
  }

  get reasoning(): string {
    return this.#reasoning
  }

  start(block: ModelBlockStart): readonly ClaudeEvent[] {
    if (block.type === 'text') this.#transcript.startText()
    if (block.type === 'text' && block.text) return this.#addText(block.text)
    if (block.type !== 'tool_use' || !block.id || !block.name) return []
    const isFirst = this.#transcript.calls.length === 0
    const call: Call = { id: block.id, name: block.name, input: undefined, result: undefined }
    this.#open = { call, json: '' }
    this.#transcript.addCall(call)
    return isFirst ? [{ type: 'tool_generating' }] : []
  }

  read(delta: ModelDelta): readonly ClaudeEvent[] {
    if (delta.type === 'text_delta' && delta.text) return this.#addText(delta.text)
    if (delta.type === 'thinking_delta' && delta.thinking) {
      this.#reasoning += delta.thinking
      return [{ type: 'reasoning', text: delta.thinking }]
    }
    if (delta.type === 'input_json_delta' && this.#open) this.#open.json += delta.partial_json ?? ''
    return []
  }

  stop(): readonly ClaudeEvent[] {
    const open = this.#open
    this.#open = undefined
    if (!open) return []
    const { call } = open
    call.input = parseInput(open.json)
    if (!call.input || this.#names.kindOf(call.name) !== 'builtin') return []
    return [{ type: 'tool_started', id: call.id, name: call.name, arguments: JSON.stringify(call.input) }]
  }

  /** A tool runs as soon as its arguments are complete, and a quick one has ended before the stream says that they are. */
  callOnRun(call: Call): readonly ClaudeEvent[] {
    return this.#open?.call === call ? this.stop() : []
  }

  #addText(text: string): readonly ClaudeEvent[] {
    this.#transcript.addText(text)
    return [{ type: 'text', text }]
  }
}

/** The arguments of a finished call; undefined where they are no JSON object. No text at all means none. */
function parseInput(json: string): JsonObject | undefined {
  if (json.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
