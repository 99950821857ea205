import Anthropic from '@anthropic-ai/sdk'
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages'
import type { EchoModel } from '../../src/dev/echo-model.ts'

/** The official client, pointed at an echo model; it never repeats a request by itself. */
export function clientOf(model: EchoModel, apiKey = 'test-key'): Anthropic {
  return new Anthropic({ baseURL: model.url, apiKey, maxRetries: 0 })
}

/** A request with one question in it. */
export function question(
  content = 'hello there',
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming {
  return { model: 'claude-sonnet-4-6', max_tokens: 1000, messages: [{ role: 'user', content }], ...more }
}

/** The events of a streamed answer as they come over the wire. */
export async function* rawEvents(model: EchoModel, body: object = question()): AsyncGenerator<Record<string, unknown>> {
  const response = await post(model, { ...body, stream: true })
  const decoder = new TextDecoder()
  let rest = ''
  for await (const part of response.body ?? []) {
    rest += decoder.decode(part, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) yield JSON.parse(event.slice(event.indexOf('data: ') + 6))
  }
}

/** A plain request, for what the official client hides. */
export function post(model: EchoModel, body: unknown, path = '/v1/messages?beta=true'): Promise<Response> {
  const headers = { 'x-api-key': 'test-key', 'content-type': 'application/json' }
  return fetch(model.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
