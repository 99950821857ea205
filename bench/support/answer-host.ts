import { modelToolName, toolDescription, toolName } from './conversation.ts'

/** What Claude Code asks of whoever drives it. */
export interface HostRequest {
  readonly request_id: string
  readonly request: {
    readonly subtype: string
    readonly input?: { readonly tool_name?: string }
    readonly message?: { readonly id?: number; readonly method: string; readonly params?: { protocolVersion?: string } }
  }
}

/** Offers the bench's one tool, and has every call of it returned to the caller. */
export function answerHost({ request_id, request }: HostRequest): object {
  const response = request.subtype === 'hook_callback' ? decide(request) : { mcp_response: answerMessage(request) }
  return { type: 'control_response', response: { subtype: 'success', request_id, response } }
}

function decide({ input }: HostRequest['request']): object {
  if (input?.tool_name !== modelToolName) return {}
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'defer' } }
}

function answerMessage({ message }: HostRequest['request']): object {
  return { jsonrpc: '2.0', id: message?.id ?? 0, result: resultFor(message) }
}

function resultFor(message: HostRequest['request']['message']): object {
  if (message?.method === 'initialize') {
    const { protocolVersion } = message.params ?? {}
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1' } }
  }
  if (message?.method !== 'tools/list') return {}
  const { description, parameters: inputSchema } = toolDescription
  return { tools: [{ name: toolName, description, inputSchema, annotations: { readOnlyHint: true } }] }
}
