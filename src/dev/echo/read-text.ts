import type { IncomingMessage } from 'node:http'
import { apiErrors } from './api-errors.ts'
import { Refused } from './refused.ts'

/** The body of a request as text. A longer one is read to its end and dropped, so that the client hears the refusal. */
export async function readText(request: IncomingMessage, limitBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes <= limitBytes) parts.push(part)
    else parts.length = 0
  }
  if (bytes > limitBytes) throw new Refused(apiErrors.tooLarge())
  return Buffer.concat(parts).toString('utf8')
}
