import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { json } from 'node:stream/consumers'
import type { RouterAddress } from '../protocol/router-url.ts'
import { messageOf } from '../shared/errors.ts'

/** What a router says of itself, without a key. */
export interface RouterHealth {
  readonly workers?: number | undefined
  readonly slots?: number | undefined
  readonly available?: number | undefined
}

/** How far one gets towards a router. */
export type RouterCheck =
  | { readonly kind: 'unknown-name' | 'unreachable' | 'untrusted'; readonly reason: string }
  | { readonly kind: 'no-router'; readonly reason: string }
  | { readonly kind: 'healthy'; readonly health: RouterHealth; readonly routerTimeMs: number | undefined }

const limitMs = 5_000

/** Looks the router up and asks for its health, in that order. Never rejects. */
export async function checkRouter({ http }: Pick<RouterAddress, 'http'>): Promise<RouterCheck> {
  try {
    await lookup(http.hostname.replace(/^\[|\]$/g, ''))
  } catch (error) {
    return { kind: 'unknown-name', reason: `the name ${http.hostname} cannot be resolved (${codeOf(error)})` }
  }
  try {
    return await askHealth(new URL('health', http))
  } catch (error) {
    const kind = /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(codeOf(error)) ? 'untrusted' : 'unreachable'
    return { kind, reason: messageOf(error) }
  }
}

async function askHealth(url: URL): Promise<RouterCheck> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  const sent = request(url, { agent: false, signal: AbortSignal.timeout(limitMs) })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = (await json(response).catch(() => undefined)) as Record<string, unknown> | undefined
  if (response.statusCode !== 200 || body?.status !== 'ok') {
    return {
      kind: 'no-router',
      reason: `${url.href} answered ${response.statusCode}, which is not how a router answers`,
    }
  }
  const health = { workers: count(body.workers), slots: count(body.total_slots), available: count(body.available) }
  const date = Date.parse(response.headers.date ?? '')
  return { kind: 'healthy', health, routerTimeMs: Number.isNaN(date) ? undefined : date }
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function codeOf(error: unknown): string {
  return `${(error as NodeJS.ErrnoException).code}`
}
