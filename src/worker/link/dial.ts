import { createRequire } from 'node:module'
import tls from 'node:tls'
import { WebSocket } from 'ws'
import { type ProxySettings, proxyFor } from '../../protocol/proxy-rules.ts'
import type { RouterAddress } from '../../protocol/router-url.ts'
import { UsageError } from '../../shared/errors.ts'

/** The way to the router, worked out once. */
export interface Route {
  readonly address: RouterAddress
  readonly proxy: URL | undefined
  /** All certificates that are trusted; undefined leaves the choice to Node. */
  readonly ca: string[] | undefined
}

/** Where the link goes and through what. */
export interface RouteOptions {
  readonly address: RouterAddress
  readonly proxy: ProxySettings
  /** PEM text of certificates that are trusted beside the built-in ones. */
  readonly extraCa?: string | Buffer | undefined
}

/** Pictures travel in frames, as base64. */
const largestFrameBytes = 256 * 1024 * 1024

/** @throws UsageError when the proxy or the certificates cannot be used. */
export function planRoute({ address, proxy, extraCa }: RouteOptions): Route {
  const ca = extraCa === undefined ? undefined : [...builtInCertificates(), checkedCertificates(extraCa.toString())]
  return { address, proxy: proxyFor(address.socket, proxy), ca }
}

/** What a dial may want to know about the proxy on the way. */
export interface DialOptions {
  /** The proxy's answer to CONNECT. */
  readonly proxyAnswered: (status: number) => void
  /** Ends what a given-up dial leaves open towards a proxy. */
  readonly signal: AbortSignal
}

/** Opens a WebSocket along a route. `ws` itself answers pings and switches Nagle's delay off. */
export function dial({ address, proxy, ca }: Route, options: DialOptions): WebSocket {
  const trust = ca ? { ca } : {}
  const agent = proxy && tunnelThrough(proxy, { ...trust, signal: options.signal })
  agent?.on('proxyConnect', ({ statusCode }: { statusCode: number }) => options.proxyAnswered(statusCode))
  return new WebSocket(address.socket, {
    ...trust,
    ...(agent && { agent }),
    perMessageDeflate: false,
    // The size bounds the memory; how many pieces it comes in is the network's affair.
    maxPayload: largestFrameBytes,
    maxBufferedChunks: 0,
    maxFragments: 0,
  })
}

/**
 * Loaded only where there is a proxy: it imports node:http, and an import goes through all that is exported there, of which Node's own
 * WebSocket takes 12 MB for as long as the worker lives.
 */
function tunnelThrough(proxy: URL, options: { readonly ca?: string[]; readonly signal: AbortSignal }) {
  const { HttpsProxyAgent } = createRequire(import.meta.url)('https-proxy-agent') as typeof import('https-proxy-agent')
  return new HttpsProxyAgent(proxy, options)
}

/** What Node trusts by itself: with the host's own certificates where it was told so (not known before Node 22.15). */
function builtInCertificates(): readonly string[] {
  const { getCACertificates, rootCertificates = [] } = tls as Partial<typeof tls>
  return getCACertificates?.('default') ?? rootCertificates
}

function checkedCertificates(pem: string): string {
  // Node takes any text without complaint, and every handshake would fail later for no visible reason.
  if (/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/.test(pem)) return pem
  throw new UsageError('The file named by NODE_EXTRA_CA_CERTS holds no certificate', {
    hint: 'Give a PEM file: text that begins with "-----BEGIN CERTIFICATE-----".',
  })
}
