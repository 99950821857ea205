import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { messageOf } from '../shared/errors.ts'
import { CallerError } from './http/caller-error.ts'
import { chatCompletions } from './http/chat-completions.ts'
import type { HttpDeps } from './http/http-deps.ts'
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
}

/** The HTTP side of the development router. */
export function createHttpApi(deps: HttpDeps): RequestListener {
  return (request, response) => void answer(request, response, deps)
}

async function answer(request: IncomingMessage, response: ServerResponse, deps: HttpDeps): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? ''
  try {
    const route = routes[`${request.method} ${path}`]
    if (!route) throw new CallerError(404, 'not_found', 'there is no such endpoint')
    if (!route.open) authorize(request, deps.callerKey)
    await route.answer(request, response, deps)
  } catch (error) {
    refuse(response, error, deps)
  }
}

/** Both APIs' ways to show a key are taken on either path. */
function authorize({ headers }: IncomingMessage, callerKey: string): void {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]
  const shown = headers['x-api-key'] ?? bearer
  if (shown === undefined) throw new CallerError(401, 'authentication_error', 'no API key was given')
  if (shown !== callerKey) throw new CallerError(401, 'authentication_error', 'invalid API key')
}

function refuse(response: ServerResponse, error: unknown, { log }: HttpDeps): void {
  if (!(error instanceof CallerError)) log?.error({ error: messageOf(error) }, 'an API call failed')
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, type, message } =
    error instanceof CallerError ? error : new CallerError(500, 'server_error', messageOf(error))
  sendJson(response, status, openaiError(type, message))
}

function listModels(_: IncomingMessage, response: ServerResponse, deps: HttpDeps): void {
  const created = Math.floor(Date.now() / 1000)
  const data = deps.models().map((id) => ({ id, object: 'model', created, owned_by: 'auxot' }))
  sendJson(response, 200, { object: 'list', data })
}
