import { messageOf } from '../../shared/errors.ts'
import type { CallLiveTool, LiveToolResult } from './claude-event.ts'
import type { ToolNames } from './tool-names.ts'
import { modelToolName } from './tool-server-name.ts'
import type { JsonObject, JsonValue, OfferedTool, Turn } from './turn.ts'

/** A JSON-RPC message of the Model Context Protocol, as Claude Code sends it. */
export interface ToolServerMessage {
  readonly id?: number | string
  readonly method: string
  readonly params?: JsonObject
}

/** Claude Code replaces longer results by a preview, and takes this as the most a tool may raise that limit to. */
const longestResult = 500_000

/**
 * The caller's tools, offered to Claude Code from inside the worker as one MCP server over the control channel.
 * Calls of live tools are passed on and answered; a call of a returned tool is never answered: its turn is over.
 */
export class ToolServer {
  readonly #tools: readonly OfferedTool[]
  readonly #names: ToolNames
  readonly #callLiveTool: CallLiveTool
  readonly #signal: AbortSignal

  constructor(options: { tools: Turn['tools']; names: ToolNames; callLiveTool: CallLiveTool; signal: AbortSignal }) {
    this.#tools = [...options.tools.returned, ...options.tools.live]
    this.#names = options.names
    this.#callLiveTool = options.callLiveTool
    this.#signal = options.signal
  }

  /** The reply to a message; undefined where there must be none, now or ever. */
  async answer(message: ToolServerMessage): Promise<JsonObject | undefined> {
    switch (message.method) {
      case 'initialize':
        return reply(message, {
          protocolVersion: message.params?.protocolVersion ?? '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'auxot', version: '1' },
        })
      case 'tools/list':
        return reply(message, { tools: this.#tools.map((tool) => this.#describe(tool)) })
      case 'tools/call':
        return this.#call(message)
      default:
        // A notification wants no answer of its own, but the control request that carried it does.
        return message.id === undefined ? { jsonrpc: '2.0', id: 0, result: {} } : reply(message, {})
    }
  }

  #describe(tool: OfferedTool): JsonObject {
    return {
      name: tool.name,
      description: tool.description,
      inputSchema: tool.inputSchema,
      // Read-only tools run at the same time; whether live ones may is for those to settle who run them.
      annotations: { readOnlyHint: true },
      _meta: { 'anthropic/maxResultSizeChars': longestResult },
    }
  }

  async #call(message: ToolServerMessage): Promise<JsonObject | undefined> {
    const { name, arguments: input, _meta } = message.params ?? {}
    const modelName = modelToolName(String(name))
    if (this.#names.kindOf(modelName) !== 'live') return undefined
    const id = String((_meta as JsonObject | undefined)?.['claudecode/toolUseId'] ?? message.id)
    try {
      const call = { id, name: this.#names.callerName(modelName), arguments: JSON.stringify(input ?? {}) }
      return reply(message, resultFrom(await this.#callLiveTool(call, this.#signal)))
    } catch (error) {
      return reply(message, resultFrom({ content: messageOf(error), isError: true, images: [] }))
    }
  }
}

function reply(message: ToolServerMessage, result: JsonObject): JsonObject {
  return { jsonrpc: '2.0', id: message.id ?? 0, result }
}

function resultFrom({ content, isError, images }: LiveToolResult): JsonObject {
  const parts: JsonValue[] = images.map(({ mimeType, data }) => ({ type: 'image', mimeType, data }))
  if (content !== '' || parts.length === 0) parts.unshift({ type: 'text', text: content })
  return { content: parts, isError }
}
