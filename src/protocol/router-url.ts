import { isIP } from 'node:net'
import { UsageError } from '../shared/errors.ts'

/** Where a router is, worked out from whatever an operator copied. */
export interface RouterAddress {
  /** The worker socket: `ws(s)://host[:port]/ws`. */
  readonly socket: URL
  /** The HTTP side: `http(s)://host[:port]/`. */
  readonly http: URL
  /** No scheme was given and the host is not loopback, so TLS was assumed. */
  readonly tlsAssumed: boolean
  /** The worker key would cross a network unencrypted. */
  readonly unencrypted: boolean
}

const socketSchemes: Record<string, 'ws:' | 'wss:'> = { 'http:': 'ws:', 'ws:': 'ws:', 'https:': 'wss:', 'wss:': 'wss:' }

/**
 * Reads `https://host`, `ws://host:8080/anything`, `host`, `host:8080` and the like. Path, query and fragment are dropped.
 * @throws UsageError when no host can be made of it.
 */
export function parseRouterUrl(text: string): RouterAddress {
  const trimmed = text.trim()
  const scheme = /^([a-z][a-z\d+.-]*:)\/\//i.exec(trimmed)?.[1]?.toLowerCase()
  const authority = scheme ? trimmed.slice(scheme.length + 2) : bracketed(trimmed)
  const loopback = isLoopback(URL.parse(`ws://${authority}`)?.hostname ?? '')
  const socketScheme = scheme ? socketSchemes[scheme] : loopback ? 'ws:' : 'wss:'
  // Read under its final scheme: a port is dropped only where it is that scheme's own. A path is no host.
  const url = socketScheme && !/^[/\\]/.test(authority) ? URL.parse(`${socketScheme}//${authority}`) : null
  if (!url?.hostname) throw noRouterAddress(trimmed)
  const secure = socketScheme === 'wss:'
  return {
    socket: new URL(`${socketScheme}//${url.host}/ws`),
    http: new URL(`${secure ? 'https' : 'http'}://${url.host}/`),
    tlsAssumed: !scheme && !loopback,
    unencrypted: !secure && !loopback,
  }
}

function noRouterAddress(text: string): UsageError {
  return new UsageError(`"${withoutCredentials(text)}" is no router address`, {
    hint: 'Give a host or a URL, for example https://router.example.com or localhost:8080.',
  })
}

/** Whether a host is this machine, whatever a name server says. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1'
}

/** A bare IPv6 address needs brackets to stand in a URL. */
function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** An address may carry `user:password@`; no message repeats it. */
function withoutCredentials(text: string): string {
  return text.replace(/[^/@\s]+@/, '')
}
