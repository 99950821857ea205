import { randomUUID } from 'node:crypto'
import type { ControlRequest, HostRequestFrame, IncomingFrame, OutgoingFrame } from './frames.ts'
import type { ToolNames } from './tool-names.ts'
import type { ToolServer } from './tool-server.ts'
import type { JsonObject } from './turn.ts'

type ControlResponse = Extract<IncomingFrame, { type: 'control_response' }>

/** What answers Claude Code's own requests during a turn. */
export interface TurnHost {
  readonly tools: ToolServer
  readonly names: ToolNames
  /** Claude Code executes a returned call although it was told to defer it. */
  onHeldCall(modelName: string): void
}

/** Requests and answers in both directions between the worker and one Claude Code process. */
export class ControlChannel {
  readonly #write: (...frames: OutgoingFrame[]) => void
  readonly #onRefused: (request: ControlRequest['subtype'], error: string) => void
  readonly #waiting = new Map<string, ControlRequest['subtype']>()
  readonly #asked = new Map<string, PromiseWithResolvers<unknown>>()
  #host: TurnHost | undefined

  constructor(options: {
    write: (...frames: OutgoingFrame[]) => void
    /** Claude Code refused one of our requests. */
    onRefused: (request: ControlRequest['subtype'], error: string) => void
  }) {
    this.#write = options.write
    this.#onRefused = options.onRefused
  }

  /** Who answers from now on; between turns the last one goes on, for lists that are asked late. */
  serve(host: TurnHost): void {
    this.#host = host
  }

  /** A request as a frame, to be written together with others. Its refusal is reported to `onRefused`. */
  frame(request: ControlRequest): OutgoingFrame {
    const id = randomUUID()
    this.#waiting.set(id, request.subtype)
    return { type: 'control_request', request_id: id, request }
  }

  /** Writes a request and waits for its answer; rejects when it is refused. Stays open when the process ends before. */
  ask(request: ControlRequest): Promise<unknown> {
    const id = randomUUID()
    const asked = Promise.withResolvers<unknown>()
    this.#asked.set(id, asked)
    this.#write({ type: 'control_request', request_id: id, request })
    return asked.promise
  }

  settle({ response }: ControlResponse): void {
    const { request_id: id, subtype: outcome, error = 'no reason given' } = response
    const [subtype, asked] = [this.#waiting.get(id), this.#asked.get(id)]
    this.#waiting.delete(id)
    this.#asked.delete(id)
    if (outcome !== 'error') asked?.resolve(response.response)
    else if (asked) asked.reject(new Error(error))
    else if (subtype) this.#onRefused(subtype, error)
  }

  /** Answers a request of Claude Code's; never throws. */
  async answer(frame: HostRequestFrame): Promise<void> {
    const response = await this.#responseTo(frame.request)
    if (response) this.#write(success(frame.request_id, response))
  }

  async #responseTo(request: HostRequestFrame['request']): Promise<JsonObject | undefined> {
    if (request.subtype === 'hook_callback') return this.#decide(String(request.input?.tool_name))
    if (request.subtype !== 'mcp_message' || !request.message || !this.#host) return {}
    const answered = await this.#host.tools.answer(request.message)
    if (answered) return { mcp_response: answered }
    this.#host.onHeldCall(String(request.message.params?.name))
    return undefined
  }

  /** A call that the API caller has to run ends the turn; every other goes on. */
  #decide(modelName: string): JsonObject {
    if (this.#host?.names.kindOf(modelName) !== 'returned') return {}
    return { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } }
  }
}

function success(requestId: string, response: JsonObject): OutgoingFrame {
  return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response } }
}
