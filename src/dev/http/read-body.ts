import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { CallerError, invalidRequest } from './caller-error.ts'

/** Images come as base64 in the body. */
const longestBodyBytes = 64 * 1024 * 1024

/** Reads a JSON body of a known form. @throws CallerError that says what is wrong with it. */
export async function readBody<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(parseJson(await readText(request)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalidRequest(`${issue?.path.join('.') || 'body'}: ${issue?.message}`)
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > longestBodyBytes) throw new CallerError(413, 'request_too_large', 'the body is larger than 64 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidRequest('the body is not JSON')
  }
}
