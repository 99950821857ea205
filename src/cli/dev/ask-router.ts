import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { AuxotError } from '../../shared/errors.ts'
import { eventData } from './server-sent-events.ts'

/** One question to a router's chat API. */
export interface Question {
  /** The router's HTTP side, without a slash at its end. */
  readonly httpUrl: string
  readonly callerKey: string
  readonly prompt: string
  readonly model: string
}

/** What came back, all of it. */
export interface Answer {
  readonly text: string
  readonly finishReason: string | undefined
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string }
    readonly finish_reason?: string | null
  }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
  readonly error?: { readonly message: string }
}

/** Sends one streaming request over HTTP, as any caller would, and hands on every piece of text as it comes. */
export async function askRouter(
  question: Question,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await send(question, signal)
  if (response.statusCode !== 200) throw requestFailed(await messageOf(response))
  let answer: Answer = { text: '', finishReason: undefined, usage: undefined }
  for await (const data of eventData(response)) {
    if (data === '[DONE]') break
    const chunk = JSON.parse(data) as Chunk
    if (chunk.error) throw requestFailed(chunk.error.message)
    const text = chunk.choices?.[0]?.delta?.content ?? ''
    if (text !== '') onText(text)
    answer = added(answer, text, chunk)
  }
  return answer
}

/** Not fetch: it refuses a list of ports, and gives up on a model that thinks for more than five minutes. */
async function send({ httpUrl, callerKey, prompt, model }: Question, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${callerKey}`, 'content-type': 'application/json' }
  const sent = request(`${httpUrl}/api/openai/chat/completions`, { method: 'POST', headers, signal, agent: false })
  const messages = [{ role: 'user', content: prompt }]
  sent.end(JSON.stringify({ model, stream: true, stream_options: { include_usage: true }, messages }))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

function added({ text, finishReason, usage }: Answer, more: string, { choices, usage: counted }: Chunk): Answer {
  return {
    text: text + more,
    finishReason: choices?.[0]?.finish_reason ?? finishReason,
    usage: counted ? { inputTokens: counted.prompt_tokens, outputTokens: counted.completion_tokens } : usage,
  }
}

function requestFailed(message: string): AuxotError {
  return new AuxotError(`The request failed: ${message}`, { code: 'REQUEST_FAILED', exit: 'partial' })
}

async function messageOf(response: IncomingMessage): Promise<string> {
  const body = (await json(response).catch(() => ({}))) as Chunk
  return body.error?.message ?? `HTTP ${response.statusCode}`
}
