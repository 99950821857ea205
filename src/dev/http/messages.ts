import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageFrom } from './anthropic-answer.ts'
import { countTokensSchema, messagesSchema } from './anthropic-request.ts'
import { streamAnthropic } from './anthropic-stream.ts'
import { CallerError } from './caller-error.ts'
import { estimateTokens } from './estimate-tokens.ts'
import type { HttpDeps } from './http-deps.ts'
import { jobFromAnthropic, promptOf } from './job-from-anthropic.ts'
import { readBody } from './read-body.ts'
import { sendJson } from './send-json.ts'
import { submitFor } from './submit-for.ts'

/** `POST /api/anthropic/v1/messages` */
export async function messages(request: IncomingMessage, response: ServerResponse, deps: HttpDeps): Promise<void> {
  const body = await readBody(request, messagesSchema)
  const handle = submitFor(response, deps, jobFromAnthropic(body))
  const head = { id: handle.jobId.replace('chatcmpl-', 'msg_'), model: body.model }
  if (body.stream) return await streamAnthropic(response, handle, head)
  const end = await handle.done
  if (end.kind !== 'complete') {
    throw new CallerError(500, 'api_error', end.kind === 'error' ? end.message.error : 'the job was cancelled')
  }
  sendJson(response, 200, messageFrom(head, end.message))
}

/** `POST /api/anthropic/v1/messages/count_tokens` */
export async function countTokens(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, countTokensSchema)
  sendJson(response, 200, { input_tokens: estimateTokens(promptOf(body)) })
}
