import type { IncomingMessage, ServerResponse } from 'node:http'
import { CallerError } from './caller-error.ts'
import type { HttpDeps } from './http-deps.ts'
import { completionFrom } from './openai-answer.ts'
import { jobFromOpenai, openaiRequestSchema } from './openai-request.ts'
import { streamOpenai } from './openai-stream.ts'
import { readBody } from './read-body.ts'
import { sendJson } from './send-json.ts'
import { submitFor } from './submit-for.ts'

/** `POST /api/openai/chat/completions` */
export async function chatCompletions(request: IncomingMessage, response: ServerResponse, deps: HttpDeps) {
  const body = await readBody(request, openaiRequestSchema)
  const handle = submitFor(response, deps, jobFromOpenai(body))
  const head = { id: handle.jobId, model: body.model ?? '', created: Math.floor(Date.now() / 1000) }
  if (body.stream) {
    return streamOpenai(response, handle, { head, includeUsage: body.stream_options?.include_usage ?? false })
  }
  const end = await handle.done
  if (end.kind === 'complete') return sendJson(response, 200, completionFrom(head, end.message))
  throw new CallerError(500, 'server_error', end.kind === 'error' ? end.message.error : 'the job was cancelled')
}
