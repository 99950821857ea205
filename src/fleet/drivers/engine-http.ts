import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { EngineRoute } from './engine-address.ts'

/** Where an engine can be asked by hand: a socket, or TCP in the clear. */
export type PlainTarget = { readonly socketPath: string } | { readonly host: string; readonly port: number }

export interface EngineQuestion {
  readonly path: string
  /** Sent as JSON, with POST; a question without one is a GET. */
  readonly body?: object | undefined
  readonly signal: AbortSignal
}

/** What an engine answers that does not do what it is asked for; shaped as dockerode's, so that one reading serves both. */
class EngineAnswerError extends Error {
  readonly statusCode: number
  readonly json: { readonly message: string } | undefined

  /** @param told empty where nothing was said */
  constructor(path: string, statusCode: number, told: string) {
    super(told || `${path} was answered with ${statusCode}`)
    this.name = 'EngineAnswerError'
    this.statusCode = statusCode
    this.json = told === '' ? undefined : { message: told }
  }
}

/** The target of a route that needs neither TLS nor a login; undefined for others, which are dockerode's. */
export function plainTarget(route: EngineRoute): PlainTarget | undefined {
  if (route.kind === 'socket') return { socketPath: route.path }
  return route.kind === 'tcp' && !route.tls ? { host: route.host, port: route.port } : undefined
}

/**
 * Asks an engine by hand, for those who only look: dockerode takes longer to load than the engine to answer.
 * @throws EngineAnswerError for an answer that is a refusal
 */
export async function askEngine(target: PlainTarget, { path, body, signal }: EngineQuestion): Promise<IncomingMessage> {
  // An import would go through all that node:http exports, WebSocket too, which takes ten times as long to load as the rest.
  const { request } = process.getBuiltinModule('node:http')
  const json = body && JSON.stringify(body)
  const headers =
    json === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }
  const sent = request({ ...target, path, signal, agent: false, headers, method: json === undefined ? 'GET' : 'POST' })
  sent.end(json)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const { statusCode = 0 } = response
  if (statusCode < 300) return response
  throw new EngineAnswerError(path, statusCode, messageIn(await text(response).catch(() => '')))
}

/** An engine refuses in JSON; what stands in front of it, in words of its own. */
function messageIn(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { readonly message?: unknown }
    return typeof message === 'string' ? message : ''
  } catch {
    return answer
  }
}
