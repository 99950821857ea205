import type { ServerResponse } from 'node:http'
import { errorDocument } from './api-errors.ts'
import { newId } from './new-id.ts'
import type { ApiError } from './reply.ts'

type Headers = Readonly<Record<string, string>>

/** A whole JSON answer, with the id that the API gives every request. */
export function sendJson(response: ServerResponse, document: unknown, headers: Headers = {}): void {
  response.writeHead(200, { ...jsonHeaders(newId('req')), ...headers }).end(JSON.stringify(document))
}

/** A refusal in the API's form. */
export function sendError(response: ServerResponse, { status, error, headers }: Omit<ApiError, 'delayMs'>): void {
  const requestId = newId('req')
  const text = JSON.stringify(errorDocument(error, requestId))
  response.writeHead(status, { ...jsonHeaders(requestId), ...headers }).end(text)
}

function jsonHeaders(requestId: string): Headers {
  return { 'content-type': 'application/json', 'request-id': requestId }
}
