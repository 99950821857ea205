import { type ProxySettings, proxyFor } from '../protocol/proxy-rules.ts'
import { reachFailure } from '../protocol/reach-failure.ts'
import type { RouterAddress } from '../protocol/router-url.ts'
import { formatDuration } from '../shared/duration.ts'
import { AuxotError } from '../shared/errors.ts'
import { httpGet, type Page } from './http-get.ts'

/** What a router says of itself, without a key; undefined what it does not say. */
export interface RouterHealth {
  readonly workers: number | undefined
  readonly slots: number | undefined
  readonly busy: number | undefined
  readonly available: number | undefined
}

/** What came of asking a router how it is. */
export type RouterAnswer =
  /** Nobody could be asked. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly hint?: string | undefined }
  /** Somebody answered, who is no router. */
  | { readonly kind: 'no-router'; readonly reason: string; readonly hint?: string | undefined }
  | { readonly kind: 'healthy'; readonly health: RouterHealth; readonly routerTimeMs: number | undefined }

export interface AskRouterOptions {
  readonly proxy: ProxySettings
  readonly limitMs?: number
}

/** Asks a router for its health, on the way that its workers take. Never rejects. */
export async function askHealth(
  address: RouterAddress,
  { proxy, limitMs = 5_000 }: AskRouterOptions,
): Promise<RouterAnswer> {
  try {
    return await askThrough(proxyFor(address.socket, proxy), address, limitMs)
  } catch (error) {
    // The proxy that was named cannot be one.
    if (error instanceof AuxotError) return { kind: 'unreachable', reason: error.message, hint: error.hint }
    throw error
  }
}

async function askThrough(proxy: URL | undefined, address: RouterAddress, limitMs: number): Promise<RouterAnswer> {
  const signal = AbortSignal.timeout(limitMs)
  let proxyStatus: number | undefined
  const onProxyAnswer = (status: number) => {
    proxyStatus = status
  }
  try {
    const page = await httpGet(new URL('health', address.http), { proxy, onProxyAnswer, signal })
    // A proxy's refusal comes in the place of the router's answer.
    const isRefused = proxyStatus !== undefined && proxyStatus !== 200
    return isRefused ? unreachable(reachFailure({ proxyStatus }, { address, proxy })) : answerFrom(page, address)
  } catch (error) {
    if (signal.aborted) return unreachable(tooLate(limitMs, address, proxy))
    return unreachable(reachFailure({ error: error as NodeJS.ErrnoException, proxyStatus }, { address, proxy }))
  }
}

function unreachable({ reason, hint }: { reason: string; hint?: string | undefined }): RouterAnswer {
  return { kind: 'unreachable', reason, hint }
}

function tooLate(limitMs: number, { http }: RouterAddress, proxy: URL | undefined): { reason: string } {
  const through = proxy ? ` through the proxy ${proxy.host}` : ''
  return { reason: `${http.host} gave no answer${through} within ${formatDuration(limitMs)}` }
}

function answerFrom({ status, body, date }: Page, { http }: RouterAddress): RouterAnswer {
  const said = objectFrom(body)
  if (status !== 200 || said?.status !== 'ok') {
    const reason = `${new URL('health', http).href} answered ${status}, which is not how a router answers`
    return { kind: 'no-router', reason, hint: 'Check the address: something else answers there.' }
  }
  const health = {
    workers: count(said.workers),
    slots: count(said.total_slots),
    busy: count(said.active_jobs),
    available: count(said.available),
  }
  const timeMs = Date.parse(date ?? '')
  return { kind: 'healthy', health, routerTimeMs: Number.isNaN(timeMs) ? undefined : timeMs }
}

function objectFrom(body: string): Record<string, unknown> | undefined {
  try {
    const said: unknown = JSON.parse(body)
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A number, or the length of a list: a router may name its workers one by one. */
function count(value: unknown): number | undefined {
  if (Array.isArray(value)) return value.length
  return typeof value === 'number' ? value : undefined
}
