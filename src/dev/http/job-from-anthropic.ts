import { wireMessagesFrom } from './anthropic-messages.ts'
import type { CountTokensRequest, MessagesRequest } from './anthropic-request.ts'
import type { JobRequest, SentMessage, SentTool } from './job-request.ts'

/** A request of the Anthropic API as a job. */
export function jobFromAnthropic(request: MessagesRequest): JobRequest {
  const { messages, tools } = promptOf(request)
  return {
    messages,
    tools,
    temperature: request.temperature ?? undefined,
    max_tokens: request.max_tokens,
    reasoning_effort: effortOf(request),
    model: request.model,
    reference_id: request.reference_id,
    credentials: request.credentials,
  }
}

/** What the model reads of a request. */
export function promptOf(request: CountTokensRequest): { messages: SentMessage[]; tools: SentTool[] | undefined } {
  const system: SentMessage[] = request.system ? [{ role: 'system', content: request.system }] : []
  // The wire has no word for a choice of tools; the one that can be said without it is "none".
  const tools = request.tool_choice?.type === 'none' ? [] : (request.tools ?? [])
  return {
    messages: [...system, ...request.messages.flatMap(wireMessagesFrom)],
    tools: tools.length > 0 ? tools.map(toolFrom) : undefined,
  }
}

function toolFrom({ name, description, input_schema }: NonNullable<CountTokensRequest['tools']>[number]): SentTool {
  return { type: 'function', function: { name, ...(description ? { description } : {}), parameters: input_schema } }
}

/** How hard to think, in the wire's four words. Adaptive thinking leaves it to the model unless an effort is named. */
function effortOf({ thinking, output_config }: MessagesRequest): string | undefined {
  if (thinking?.type === 'disabled') return 'none'
  const effort = output_config?.effort
  if (effort) return effort === 'low' || effort === 'medium' ? effort : 'high'
  return thinking?.type === 'enabled' ? 'high' : undefined
}
