import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { proxyFor } from '../../src/protocol/proxy-rules.ts'
import { UsageError } from '../../src/shared/errors.ts'

const both = { https: 'http://secure.proxy:3128', http: 'http://plain.proxy:8080' }

function proxyOf(target: string, no?: string): string | undefined {
  return proxyFor(new URL(target), { ...both, no })?.host
}

test('wss follows HTTPS_PROXY and ws follows HTTP_PROXY', () => {
  expect([proxyOf('wss://router.example.com/ws'), proxyOf('ws://router.example.com/ws')]).toEqual([
    'secure.proxy:3128',
    'plain.proxy:8080',
  ])
})

test('a variable that is not set, or empty, means no proxy', () => {
  expect(proxyFor(new URL('wss://router.example.com/ws'), { http: both.http })).toBeUndefined()
  expect(proxyFor(new URL('ws://router.example.com/ws'), { http: ' ' })).toBeUndefined()
})

test('a proxy without a scheme is an HTTP proxy', () => {
  expect(proxyFor(new URL('ws://router.example.com/ws'), { http: 'proxy.corp:3128' })?.href).toBe(
    'http://proxy.corp:3128/',
  )
})

test.each(['socks5://proxy.corp:1080', 'http://', 'http://:3128'])(
  '%s is refused, with the variable to correct',
  (https) => {
    const problem = () => proxyFor(new URL('wss://router.example.com/ws'), { https })
    expect(problem).toThrow(UsageError)
    expect(problem).toThrow('The proxy named by HTTPS_PROXY cannot be used for the router')
  },
)

test.each([
  'ws://localhost:8080/ws',
  'ws://router.localhost/ws',
  'wss://127.0.0.1/ws',
  'wss://127.1.2.3:9/ws',
  'ws://[::1]/ws',
])('the loopback target %s is never proxied', (target) => expect(proxyOf(target)).toBeUndefined())

describe('NO_PROXY', () => {
  const exempt: [string, string][] = [
    ['*', 'wss://router.example.com/ws'],
    ['router.example.com', 'wss://router.example.com/ws'],
    ['ROUTER.Example.com', 'wss://router.example.com/ws'],
    ['example.com', 'wss://router.example.com/ws'],
    ['.example.com', 'wss://router.example.com/ws'],
    ['.example.com', 'wss://example.com/ws'],
    ['*.example.com', 'wss://router.example.com/ws'],
    ['example.com.', 'wss://router.example.com/ws'],
    ['example.com', 'wss://router.example.com./ws'],
    ['a.com, b.com,example.com', 'wss://router.example.com/ws'],
    ['a.com example.com', 'wss://router.example.com/ws'],
    ['example.com:443', 'wss://router.example.com/ws'],
    ['example.com:8080', 'ws://router.example.com:8080/ws'],
    ['*:8080', 'ws://router.example.com:8080/ws'],
    ['10.1.2.3', 'wss://10.1.2.3/ws'],
    ['10.1.2.3:8443', 'wss://10.1.2.3:8443/ws'],
    ['10.0.0.0/8', 'wss://10.1.2.3/ws'],
    ['fd00::/8', 'wss://[fd12::1]/ws'],
    ['fd12::1', 'wss://[fd12::1]/ws'],
    ['[fd12::1]', 'wss://[fd12::1]/ws'],
    ['[fd12::1]:8443', 'wss://[fd12::1]:8443/ws'],
  ]
  test.each(exempt)('"%s" exempts %s', (no, target) => expect(proxyOf(target, no)).toBeUndefined())

  const proxied: [string, string][] = [
    ['', 'wss://router.example.com/ws'],
    [',', 'wss://router.example.com/ws'],
    ['.', 'wss://router.example.com/ws'],
    ['example.org', 'wss://router.example.com/ws'],
    ['ample.com', 'wss://router.example.com/ws'],
    ['router.example.com', 'wss://example.com/ws'],
    ['example.com:8443', 'wss://router.example.com/ws'],
    ['0.1.2.3', 'wss://10.1.2.3/ws'],
    ['2.3', 'wss://10.1.2.3/ws'],
    ['10.0.0.0/16', 'wss://10.1.2.3/ws'],
    ['10.0.0.0/99', 'wss://10.1.2.3/ws'],
    ['10.0.0.0/x', 'wss://10.1.2.3/ws'],
    ['10.0.0.0/8', 'wss://router.example.com/ws'],
  ]
  test.each(proxied)('"%s" does not exempt %s', (no, target) => expect(proxyOf(target, no)).toBe('secure.proxy:3128'))

  test('no text makes it fail', () => {
    fc.assert(
      fc.property(fc.string(), (no) => {
        expect([undefined, 'secure.proxy:3128']).toContain(proxyOf('wss://router.example.com/ws', no))
      }),
    )
  })
})
