import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatListenAddress, parseListenAddress } from '../../src/shared/listen-address.ts'

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['localhost:0', 'localhost', 0],
    ['my-host.example.com:65535', 'my-host.example.com', 65535],
    ['[::1]:9464', '::1', 9464],
    ['[::ffff:127.0.0.1]:1', '::ffff:127.0.0.1', 1],
    [' 127.0.0.1:9464 ', '127.0.0.1', 9464],
  ])('may be %s', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port })
  })

  it.each(['9464', ':9464'])('is on this machine only where no host is named: %s', (text) => {
    expect(parseListenAddress(text)).toEqual({ host: '127.0.0.1', port: 9464 })
  })

  it.each([
    '',
    'localhost',
    'localhost:',
    'localhost:http',
    'localhost:65536',
    'localhost:99999',
    '-1',
    '1.5',
    '::1:9464',
    '[::1]',
    '[localhost]:1',
    'http://localhost:9464',
    'localhost:9464/metrics',
    'a b:1',
    '/run/health.sock',
  ])('is not %j', (text) => {
    expect(() => parseListenAddress(text)).toThrow(/^"[^"]*" is no address to listen on$/)
  })

  it('is read as it is written', () => {
    const hosts = fc.constantFrom('127.0.0.1', '::1', 'localhost', 'fe80::1')
    fc.assert(
      fc.property(hosts, fc.integer({ min: 0, max: 65_535 }), (host, port) => {
        expect(parseListenAddress(formatListenAddress({ host, port }))).toEqual({ host, port })
      }),
    )
  })
})
