import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { messageOf } from '../shared/errors.ts'
import { anthropicError } from './http/anthropic-answer.ts'
import { CallerError } from './http/caller-error.ts'
import { chatCompletions } from './http/chat-completions.ts'
import type { HttpDeps } from './http/http-deps.ts'
import { countTokens, messages } from './http/messages.ts'
import { openaiError } from './http/openai-answer.ts'
import { sendJson } from './http/send-json.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, deps: HttpDeps) => void | Promise<void>

interface Route {
  readonly answer: Answer
  /** Anybody may ask. */
  readonly open?: boolean
}

const routes: Readonly<Record<string, Route>> = {
  'GET /health': { answer: (_, response, deps) => sendJson(response, 200, deps.health()), open: true },
  'GET /api/openai/models': { answer: listModels },
  'POST /api/openai/chat/completions': { answer: chatCompletions },
  'POST /api/anthropic/v1/messages': { answer: messages },
  'POST /api/anthropic/v1/messages/count_tokens': { answer: countTokens },
}

/** The HTTP side of the development router. */
export function createHttpApi(deps: HttpDeps): RequestListener {
  return (request, response) => void answer(request, response, deps)
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: HttpDeps): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? ''
  try {
    const route = routes[`${request.method} ${path}`]
    if (!route) throw new CallerError(404, 'not_found_error', `there is no ${request.method} ${path} here`)
    if (!route.open) authorize(request, deps.callerKey)
    await route.answer(request, response, deps)
  } catch (error) {
    refuse(response, error instanceof CallerError ? error : unexpected(error, deps), path)
  }
}

/** Both APIs' ways to show a key are taken on either path. */
function authorize({ headers }: IncomingMessage, callerKey: string): void {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const shown = headers['x-api-key'] ?? bearer
  if (shown === undefined) throw new CallerError(401, 'authentication_error', 'no API key was given')
  if (shown !== callerKey) throw new CallerError(401, 'authentication_error', 'invalid API key')
}

function unexpected(error: unknown, { log }: HttpDeps): CallerError {
  log?.error({ error: messageOf(error) }, 'an API call failed')
  return new CallerError(500, 'server_error', messageOf(error))
}

/** Each API has its own form for errors. An answer that has begun can only be broken off. */
function refuse(response: ServerResponse, { status, type, message }: CallerError, path: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const errorForm = path.startsWith('/api/anthropic/') ? anthropicError : openaiError
  sendJson(response, status, errorForm(type, message))
}

function listModels(_: IncomingMessage, response: ServerResponse, deps: HttpDeps): void {
  const created = Math.floor(Date.now() / 1000)
  const data = deps.models().map((id) => ({ id, object: 'model', created, owned_by: 'auxot' }))
  sendJson(response, 200, { object: 'list', data })
}
