import { BlockReader } from './block-reader.ts'
import type { ClaudeEvent, LiveToolResult, RateLimit, TurnResult } from './claude-event.ts'
import { ClaudeFailure } from './claude-failure.ts'
import { CutWatch } from './cut-watch.ts'
import { failureOfTurn, rateLimitFrom } from './failures.ts'
import type { AssistantFrame, IncomingFrame, ModelEvent, ResultBlock, ResultFrame, UserFrame } from './frames.ts'
import type { ToolNames } from './tool-names.ts'
import { textOfLiveResult, textOfResult } from './tool-result-text.ts'
import { Transcript, type TurnForms } from './transcript.ts'
import { toolUseFrom, turnResultFrom } from './turn-result.ts'
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
  readonly #blocks: BlockReader
  readonly #cut = new CutWatch()
  /** What live tools said, by call. */
  readonly #liveResults = new Map<string, string>()
  #toolRoundDone = false
  #notice: AssistantFrame | undefined
  #rateLimit: RateLimit | undefined
  #stopReason = ''
  result: TurnResult | undefined

  constructor(options: { names: ToolNames; costBefore: number }) {
    this.#names = options.names
    this.#costBefore = options.costBefore
    this.#blocks = new BlockReader(options.names, this.#transcript)
  }

  get mustCut(): boolean {
    return this.#cut.mustCut
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

  /** A live tool has answered. Claude Code puts words of its own where a result is empty or very long; the report has the tool's. */
  liveToolEnded(callId: string, result: LiveToolResult): void {
    this.#liveResults.set(callId, textOfLiveResult(result))
  }

  /** Claude Code executes a returned call although it was told not to: once its answer is complete, the turn is over. */
  holdCall(): void {
    this.#cut.holdCall()
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
        return this.#blocks.start(event.content_block)
      case 'content_block_delta':
        return this.#blocks.read(event.delta)
      case 'content_block_stop':
        return this.#blocks.stop()
      case 'message_delta':
        this.#usage.update(event.usage)
        this.#stopReason = event.delta.stop_reason ?? ''
        this.#cut.answerStops(this.#stopReason, this.#transcript.current)
        return []
      case 'message_stop':
        this.#cut.answerEnded()
        return []
      default:
        // A kind of event that is newer than this.
        return []
    }
  }

  /** A second answer without a tool round between is the first one from scratch: it must not be joined to it. */
  #startAnswer(): void {
    const saidSomething = this.#transcript.text !== '' || this.#transcript.calls.length > 0
    if (this.hasBegun && !this.#toolRoundDone && saidSomething) {
      throw new ClaudeFailure('the answer was cut off and begun anew', {
        class: 'server_error',
        details: 'a second answer began',
      })
    }
    this.#transcript.startAnswer()
    this.#cut.answerBegan()
    this.#toolRoundDone = false
  }

  #readToolResults({ message }: UserFrame): readonly ClaudeEvent[] {
    return Array.isArray(message.content) ? message.content.flatMap((block) => this.#readToolResult(block)) : []
  }

  #readToolResult(block: ResultBlock): readonly ClaudeEvent[] {
    const call = this.#transcript.calls.find((each) => each.id === block.tool_use_id)
    if (!call || block.type !== 'tool_result') return []
    const begun = this.#blocks.callOnRun(call)
    call.result = this.#liveResults.get(call.id) ?? textOfResult(block)
    this.#transcript.addResult(call, block)
    this.#toolRoundDone = true
    if (this.#names.kindOf(call.name) !== 'builtin') return begun
    return [...begun, { type: 'tool_ended', ...toolUseFrom(call, this.#names) }]
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

  #resultWith(end: Pick<TurnResult, 'usage' | 'costUsd' | 'sessionId'>): TurnResult {
    const said = { reasoning: this.#blocks.reasoning, stopReason: this.#stopReason }
    return turnResultFrom(this.#transcript, this.#names, { ...end, ...said })
  }
}
