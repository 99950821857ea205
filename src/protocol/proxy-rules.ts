import { BlockList, isIP } from 'node:net'
import { UsageError } from '../shared/errors.ts'
import { isLoopback } from './router-url.ts'

/** Proxies as the environment named them: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
export interface ProxySettings {
  readonly https?: string | undefined
  readonly http?: string | undefined
  readonly no?: string | undefined
}

/**
 * The proxy that a socket to `target` goes through, if any: `wss` follows HTTPS_PROXY, `ws` HTTP_PROXY, NO_PROXY beats both.
 * A loopback target is never proxied (curl would): "here" is another machine for the proxy, and the key would go there in clear.
 * @throws UsageError when the proxy's address cannot be used.
 */
export function proxyFor(target: URL, settings: ProxySettings): URL | undefined {
  const [name, text] =
    target.protocol === 'wss:' ? (['HTTPS_PROXY', settings.https] as const) : (['HTTP_PROXY', settings.http] as const)
  if (!text?.trim() || isLoopback(hostOf(target)) || isExempt(target, settings.no ?? '')) return undefined
  return parseProxy(text.trim(), name)
}

/** A proxy's address may come without its scheme, which is `http` then, as everywhere. */
export function withScheme(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function parseProxy(text: string, name: string): URL {
  const url = URL.parse(withScheme(text))
  if (url?.hostname && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new UsageError(`The proxy named by ${name} cannot be used for the router`, {
    hint: 'Give an HTTP proxy, for example http://proxy.example.com:3128, or except the router through NO_PROXY.',
  })
}

/** Entries are separated by commas or spaces: a host with all its subdomains, an address, a CIDR block, `*`; with or without a port. */
function isExempt(target: URL, noProxy: string): boolean {
  const host = hostOf(target)
  const port = target.port || (target.protocol === 'wss:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => covers(entry, host, port))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry.includes('/')) return blockHolds(entry, host)
  const { name, port: entryPort } = splitPort(entry)
  if (entryPort && entryPort !== port) return false
  if (name === '*') return true
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '')
  return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)))
}

/** `host`, `host:8080`, `[::1]:8080` or a bare IPv6 address. */
function splitPort(entry: string): { name: string; port: string } {
  if (isIP(entry) === 6) return { name: entry, port: '' }
  const match = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry)
  return { name: unbracketed(match?.[1] ?? entry), port: match?.[2] ?? '' }
}

function blockHolds(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/')
  const family = isIP(network)
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  const block = new BlockList()
  block.addSubnet(network, Number(bits), kind)
  return block.check(host, kind)
}

/** In lower case, without the brackets of IPv6 and without the dot of the root. */
function hostOf(url: URL): string {
  return unbracketed(url.hostname).toLowerCase().replace(/\.$/, '')
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}
