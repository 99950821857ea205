import type { Call } from './answer.ts'
import type { ClaudeEvent, RateLimit, ToolCall, ToolUse, TurnResult } from './claude-event.ts'
import { ClaudeFailure } from './claude-failure.ts'
import { failureOfTurn, rateLimitFrom } from './failures.ts'
import type {
  AssistantFrame,
  IncomingFrame,
  ModelBlockStart,
  ModelDelta,
  ModelEvent,
  ResultFrame,
  UserFrame,
} from './frames.ts'
import type { ToolNames } from './tool-names.ts'
import { textOfResult } from './tool-result-text.ts'
import { Transcript, type TurnForms } from './transcript.ts'
import type { JsonObject } from './turn.ts'
import { StreamedUsage, usageFrom } from './turn-usage.ts'

/**
 * Follows one turn through Claude Code's frames and says what it means for whoever asked.
 *
 *   read(frame) → events, in order; throws ClaudeFailure when the turn failed
 *   result      → set once the turn has ended well
 *   mustCut     → everything was said that was asked for, and Claude Code is about to ask the model again by itself:
 *                 the process has to be stopped before it can, and `cutResult()` is the turn's result
 */
export class TurnReader {
  readonly #names: ToolNames
  readonly #costBefore: number
  readonly #usage = new StreamedUsage()
  readonly #transcript = new Transcript()
  #open: { readonly call: Call; json: string } | undefined
  #reasoning = ''
  #toolRoundDone = false
  #isHeld = false
  #answerDone = true
  #notice: AssistantFrame | undefined
  #rateLimit: RateLimit | undefined
  #stopReason = ''
  mustCut = false
  result: TurnResult | undefined

  constructor(options: { names: ToolNames; costBefore: number }) {
    this.#names = options.names
    this.#costBefore = options.costBefore
  }

  /** The last word about the subscription's limit, if any. */
  get rateLimit(): RateLimit | undefined {
    return this.#rateLimit
  }

  /** The model has begun to answer. */
  get hasBegun(): boolean {
    return this.#transcript.answers > 0
  }

  /** Tools that run right now, for the error that names them. */
  get running(): string[] {
    const calls = this.#transcript.calls.filter((call) => call.result === undefined)
    return calls.map((call) => this.#names.callerName(call.name))
  }

  /** The finished or cut turn as it may come back in the caller's history; nothing where it could not be recognised. */
  get forms(): TurnForms {
    return this.result || this.mustCut ? this.#transcript.forms() : { open: [], short: [] }
  }

  read(frame: IncomingFrame): readonly ClaudeEvent[] {
    // Frames of a sub-agent carry the call they belong to; what it says is that tool's business.
    if ('parent_tool_use_id' in frame && frame.parent_tool_use_id != null) return []
    switch (frame.type) {
      case 'stream_event':
        return this.#readModelEvent(frame.event)
      case 'user':
        return this.#readToolResults(frame)
      case 'assistant':
        if (frame.is_api_error_message || frame.message.model === '<synthetic>') this.#notice = frame
        return []
      case 'rate_limit_event':
        this.#rateLimit = rateLimitFrom(frame.rate_limit_info)
        return [{ type: 'rate_limit', rateLimit: this.#rateLimit }]
      case 'result':
        return this.#readResult(frame)
      case 'system':
      case 'control_request':
      case 'control_response':
        return []
    }
  }

  /** Claude Code executes a returned call although it was told not to: once its answer is complete, the turn is over. */
  holdCall(): void {
    this.#isHeld = true
    this.mustCut ||= this.#answerDone
  }

  /** The turn's result from what was streamed, for a turn that was cut. Its cost is not known. */
  cutResult(): TurnResult {
    return this.#resultWith({ usage: this.#usage.total(), costUsd: undefined, sessionId: '' })
  }

  #readModelEvent(event: ModelEvent): readonly ClaudeEvent[] {
    switch (event.type) {
      case 'message_start':
        this.#startAnswer()
        this.#usage.start(event.message.usage)
        return []
      case 'content_block_start':
        return this.#startBlock(event.content_block)
      case 'content_block_delta':
        return this.#readDelta(event.delta)
      case 'content_block_stop':
        return this.#stopBlock()
      case 'message_delta':
        this.#usage.update(event.usage)
        // An answer that an error ended is closed without a reason; the error itself comes with the result.
        this.#stopReason = event.delta.stop_reason ?? ''
        this.mustCut = this.#stopReason !== '' && this.#wouldGoOnAlone()
        return []
      case 'message_stop':
        this.#answerDone = true
        this.mustCut ||= this.#isHeld
        return []
      default:
        // A kind of event that is newer than this.
        return []
    }
  }

  /** A second answer without a tool round between is the first one from scratch: it must not be joined to it. */
  #startAnswer(): void {
    const saidSomething = this.#transcript.text !== '' || this.#transcript.calls.length > 0
    if (this.#transcript.answers > 0 && !this.#toolRoundDone && saidSomething) {
      throw new ClaudeFailure('the answer was cut off and begun anew', {
        class: 'server_error',
        details: 'a second answer began',
      })
    }
    this.#transcript.startAnswer()
    this.#answerDone = false
    this.#toolRoundDone = false
  }

  #startBlock(block: ModelBlockStart): readonly ClaudeEvent[] {
    if (block.type === 'text') this.#transcript.startText()
    if (block.type === 'text' && block.text) return this.#addText(block.text)
    if (block.type !== 'tool_use' || !block.id || !block.name) return []
    const isFirst = this.#transcript.calls.length === 0
    const call: Call = { id: block.id, name: block.name, input: undefined, result: undefined }
    this.#open = { call, json: '' }
    this.#transcript.addCall(call)
    return isFirst ? [{ type: 'tool_generating' }] : []
  }

  #readDelta(delta: ModelDelta): readonly ClaudeEvent[] {
    if (delta.type === 'text_delta' && delta.text) return this.#addText(delta.text)
    if (delta.type === 'thinking_delta' && delta.thinking) {
      this.#reasoning += delta.thinking
      return [{ type: 'reasoning', text: delta.thinking }]
    }
    if (delta.type === 'input_json_delta' && this.#open) this.#open.json += delta.partial_json ?? ''
    return []
  }

  #addText(text: string): readonly ClaudeEvent[] {
    this.#transcript.addText(text)
    return [{ type: 'text', text }]
  }

  #stopBlock(): readonly ClaudeEvent[] {
    const open = this.#open
    this.#open = undefined
    if (!open) return []
    const { call } = open
    call.input = parseInput(open.json)
    if (!call.input || this.#names.kindOf(call.name) !== 'builtin') return []
    return [{ type: 'tool_started', id: call.id, name: call.name, arguments: JSON.stringify(call.input) }]
  }

  #readToolResults(frame: UserFrame): readonly ClaudeEvent[] {
    const { content } = frame.message
    if (!Array.isArray(content)) return []
    return content.flatMap((block) => {
      const call = this.#transcript.calls.find((each) => each.id === block.tool_use_id)
      if (!call || block.type !== 'tool_result') return []
      // A tool runs as soon as its arguments are complete, and a quick one has ended before the stream says that they are.
      const begun = this.#open?.call === call ? this.#stopBlock() : []
      call.result = textOfResult(block)
      this.#transcript.addResult(call, block)
      this.#toolRoundDone = true
      if (this.#names.kindOf(call.name) !== 'builtin') return begun
      return [...begun, { type: 'tool_ended', ...this.#useOf(call) } as const]
    })
  }

  #readResult(frame: ResultFrame): readonly ClaudeEvent[] {
    if (frame.is_error || frame.subtype !== 'success') {
      throw failureOfTurn({ result: frame, notice: this.#notice, rateLimit: this.#rateLimit })
    }
    const costUsd = (frame.total_cost_usd ?? 0) - this.#costBefore
    const result = this.#resultWith({ usage: usageFrom(frame.usage), costUsd, sessionId: frame.session_id ?? '' })
    this.result = result
    return [{ type: 'result', result }]
  }

  /**
   * Claude Code answers a cut-off or an empty reply with a message of its own and asks again, up to three times.
   * A complete tool call keeps it from doing so.
   */
  #wouldGoOnAlone(): boolean {
    const { text = '', calls = [] } = this.#transcript.current ?? {}
    const isCutOff = this.#stopReason === 'max_tokens' || this.#stopReason === 'model_context_window_exceeded'
    if (isCutOff) return calls.length === 0 || calls.some((call) => call.input === undefined)
    const isEmpty = text.trim() === '' && calls.length === 0
    return isEmpty && this.#stopReason !== 'refusal' && this.#stopReason !== 'pause_turn'
  }

  #resultWith(end: Pick<TurnResult, 'usage' | 'costUsd' | 'sessionId'>): TurnResult {
    const { text, textBeforeTools, textAfterTools, calls } = this.#transcript
    const ran = calls.filter((call) => call.result !== undefined && this.#names.kindOf(call.name) !== 'returned')
    return {
      ...end,
      text,
      textBeforeTools,
      textAfterTools,
      reasoning: this.#reasoning,
      toolCalls: this.#returnedCalls(),
      toolUses: ran.map((call) => this.#useOf(call)),
      stopReason: this.#stopReason,
    }
  }

  /** A call that was answered all the same (with an error of Claude Code's own) is not the caller's any more. */
  #returnedCalls(): ToolCall[] {
    return this.#transcript.calls.flatMap(({ id, name, input, result }) => {
      const isOurs = this.#names.kindOf(name) === 'returned' && result === undefined && input !== undefined
      return isOurs ? [{ id, name: this.#names.callerName(name), input }] : []
    })
  }

  #useOf(call: Call): ToolUse {
    const { id, name, input, result } = call
    return { id, name: this.#names.callerName(name), arguments: JSON.stringify(input ?? {}), result: result ?? '' }
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
