import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRouterUrl } from '../../src/protocol/router-url.ts'
import { UsageError } from '../../src/shared/errors.ts'

describe('the address of a router', () => {
  it.each([
    // With a scheme.
    ['https://router.example.com', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['http://router.example.com:8080', 'ws://router.example.com:8080/ws', 'http://router.example.com:8080/'],
    ['wss://router.example.com/ws', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['ws://router.example.com:8080/anything', 'ws://router.example.com:8080/ws', 'http://router.example.com:8080/'],
    ['HTTPS://Router.Example.COM', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['https://router.example.com/ws/gpu/', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['https://router.example.com/?key=1#top', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['https://router.example.com:443', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['http://router.example.com:443', 'ws://router.example.com:443/ws', 'http://router.example.com:443/'],
    ['https://router.example.com:80', 'wss://router.example.com:80/ws', 'https://router.example.com:80/'],
    ['https://user:pass@router.example.com', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['http://[2001:db8::1]:8080', 'ws://[2001:db8::1]:8080/ws', 'http://[2001:db8::1]:8080/'],
    ['https://bücher.example', 'wss://xn--bcher-kva.example/ws', 'https://xn--bcher-kva.example/'],
    // Without one.
    ['router.example.com', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['router.example.com:8080', 'wss://router.example.com:8080/ws', 'https://router.example.com:8080/'],
    ['router.example.com:80', 'wss://router.example.com:80/ws', 'https://router.example.com:80/'],
    ['router.example.com/', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['router.example.com/ws', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['  router.example.com \n', 'wss://router.example.com/ws', 'https://router.example.com/'],
    ['router', 'wss://router/ws', 'https://router/'],
    ['2001:db8::1', 'wss://[2001:db8::1]/ws', 'https://[2001:db8::1]/'],
    ['192.168.0.7:8080', 'wss://192.168.0.7:8080/ws', 'https://192.168.0.7:8080/'],
    ['127.0.0.1.example.com', 'wss://127.0.0.1.example.com/ws', 'https://127.0.0.1.example.com/'],
    ['localhost.example.com', 'wss://localhost.example.com/ws', 'https://localhost.example.com/'],
    // Loopback without one.
    ['localhost', 'ws://localhost/ws', 'http://localhost/'],
    ['localhost:8080', 'ws://localhost:8080/ws', 'http://localhost:8080/'],
    ['LOCALHOST:8080/ws', 'ws://localhost:8080/ws', 'http://localhost:8080/'],
    ['localhost:443', 'ws://localhost:443/ws', 'http://localhost:443/'],
    ['127.0.0.1:8080', 'ws://127.0.0.1:8080/ws', 'http://127.0.0.1:8080/'],
    ['127.8.9.10', 'ws://127.8.9.10/ws', 'http://127.8.9.10/'],
    ['[::1]:8080', 'ws://[::1]:8080/ws', 'http://[::1]:8080/'],
    ['::1', 'ws://[::1]/ws', 'http://[::1]/'],
    ['https://localhost', 'wss://localhost/ws', 'https://localhost/'],
  ])('%j has its worker socket at %s and its API at %s', (text, socket, http) => {
    const address = parseRouterUrl(text)
    expect([address.socket.href, address.http.href]).toEqual([socket, http])
  })

  it.each([
    ['https://router.example.com', false, false],
    ['http://router.example.com', false, true],
    ['ws://192.168.0.7', false, true],
    ['router.example.com', true, false],
    ['192.168.0.7', true, false],
    ['localhost', false, false],
    ['http://localhost', false, false],
    ['ws://127.0.0.1:8080', false, false],
    ['https://[::1]', false, false],
  ])('%s: TLS assumed %s, unencrypted %s', (text, tlsAssumed, unencrypted) => {
    expect(parseRouterUrl(text)).toMatchObject({ tlsAssumed, unencrypted })
  })

  it.each([
    '',
    '  ',
    'https://',
    'ftp://router.example.com',
    'file:///etc/hosts',
    'router:port',
    'router:99999',
    'a b',
    'http://[::1',
    '/ws',
    '//router.example.com',
    'https:///router.example.com',
    '\\\\router',
    'javascript:alert(1)',
  ])('%j is none, and the error says what would be one', (text) => {
    expect(() => parseRouterUrl(text)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: `"${text.trim()}" is no router address`,
        hint: 'Give a host or a URL, for example https://router.example.com or localhost:8080.',
      }),
    )
  })

  it('is not repeated with its password', () => {
    expect(() => parseRouterUrl('ftp://user:hunter2@router')).toThrow('"ftp://router" is no router address')
  })

  it('is either read or refused, whatever the text', () => {
    const scheme = fc.constantFrom('', 'http://', 'WS://', 'https://', 'ftp://', '//', 'user:pass@')
    const end = fc.constantFrom('', ':8080', ':', ':x', '/', '/a b?c#d', '\\', '@', ' ')
    const almost = fc.tuple(scheme, fc.oneof(fc.domain(), fc.ipV6(), fc.ipV4(), fc.string()), end)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          almost.map((pieces) => pieces.join('')),
        ),
        (text) => {
          try {
            const { socket, http } = parseRouterUrl(text)
            expect([socket.pathname, socket.search, socket.hash, socket.username]).toEqual(['/ws', '', '', ''])
            expect(['wss:https:', 'ws:http:']).toContain(socket.protocol + http.protocol)
            expect(http.host).toBe(socket.host)
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError)
          }
        },
      ),
    )
  })

  it('never sends a key in clear text because a scheme was forgotten', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4()).filter((each) => !each.startsWith('127.'))
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }))
    fc.assert(
      fc.property(host, port, (name, number) => {
        const { socket, unencrypted } = parseRouterUrl(number === null ? name : `${name}:${number}`)
        expect([socket.protocol, unencrypted]).toEqual(['wss:', false])
        expect(socket.port).toBe(number === null || number === 443 ? '' : String(number))
      }),
    )
  })
})
